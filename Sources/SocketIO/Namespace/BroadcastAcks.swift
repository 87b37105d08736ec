import EngineIO
import JSON
import NIOCore
import Synchronization

/// Not every client that a broadcast reached has answered it.
public struct BroadcastAckError: Error, Sendable, Hashable {
    /// The answers that came, each with its arguments.
    public let responses: [[JSONValue]]
    /// How many clients the broadcast reached.
    public let clientCount: Int

    public init(responses: [[JSONValue]], clientCount: Int) {
        self.responses = responses
        self.clientCount = clientCount
    }
}

/// Collects the answers to one broadcast. It is over when every loop has said how many clients it reached and each of
/// these has answered or gone, or when its time is up.
final class BroadcastAcks: Sendable {
    private typealias Waiter = CheckedContinuation<[[JSONValue]], any Error>

    private struct State {
        /// Loops that have not sent it yet.
        var loops: Int
        var clients = 0
        var gone = 0
        var responses: [[JSONValue]] = []
        /// `nil` when it is over.
        var waiter: Waiter?
        var timer: Scheduled<Void>?
    }

    private let state: Mutex<State>

    private init(loops: Int, _ waiter: Waiter) {
        state = Mutex(State(loops: loops, waiter: waiter))
    }

    static func answers(
        to event: String, _ arguments: [JSONValue], _ target: BroadcastTarget, in namespaces: [Namespace],
        within limit: Duration
    ) async throws -> [[JSONValue]] {
        let parts = namespaces.map { (namespace: $0, id: $0.nextBroadcastAck(), shards: $0.allShards) }
        guard let timerLoop = parts.first(where: { !$0.shards.isEmpty })?.shards[0].eventLoop else { return [] }
        return try await withCheckedThrowingContinuation { continuation in
            let acks = BroadcastAcks(loops: parts.reduce(0) { $0 + $1.shards.count }, continuation)
            for part in parts {
                let frames = part.namespace.encoder.event(event, arguments, id: part.id)
                for shard in part.shards {
                    shard.eventLoop.execute {
                        acks.send(frames, id: part.id, to: shard.rooms.targets(of: target), target)
                    }
                }
            }
            acks.set(
                timerLoop.scheduleTask(in: TimeAmount(limit)) {
                    guard acks.end() else { return }
                    for part in parts { part.namespace.forEachSocket { $0.stopAwaiting(part.id) } }
                })
        }
    }

    private func set(_ timer: Scheduled<Void>) {
        let isOver = state.withLock { state in
            state.timer = timer
            return state.waiter == nil
        }
        if isOver { timer.cancel() }
    }

    private func send(_ frames: EngineFrames, id: Int, to sockets: [Socket], _ target: BroadcastTarget) {
        let reached = sockets.filter { !(target.volatile && $0.hasUnsentBytes) }
        change { $0.clients += reached.count }
        for socket in reached {
            guard socket.isConnected else {
                answered(nil)
                continue
            }
            socket.acks.add(id) { outcome in
                if case .success(let response) = outcome { self.answered(response) } else { self.answered(nil) }
            }
            socket.write(frames)
            socket.flush()
        }
        change { $0.loops -= 1 }
    }

    /// - Parameter response: `nil` when the client has gone.
    private func answered(_ response: [JSONValue]?) {
        change { state in
            if let response { state.responses.append(response) } else { state.gone += 1 }
        }
    }

    private func change(_ change: (inout State) -> Void) {
        let over = state.withLock { state -> State? in
            change(&state)
            guard state.loops == 0, state.responses.count + state.gone == state.clients else { return nil }
            defer { state.waiter = nil }
            return state
        }
        if let over { Self.finish(over) }
    }

    /// Its time is up.
    ///
    /// - Returns: whether it was not over.
    private func end() -> Bool {
        let over = state.withLock { state in
            defer { state.waiter = nil }
            return state
        }
        Self.finish(over)
        return over.waiter != nil
    }

    private static func finish(_ state: State) {
        state.timer?.cancel()
        if state.loops == 0, state.responses.count == state.clients {
            state.waiter?.resume(returning: state.responses)
        } else {
            state.waiter?.resume(throwing: BroadcastAckError(responses: state.responses, clientCount: state.clients))
        }
    }
}
