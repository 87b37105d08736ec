import NIOCore
import SocketServer

/// A WebSocket of another loop, as its session sees it. Bound to the session's loop. What is written between two
/// flushes goes over in one hop; it counts in the session's account until the kernel has it. What it sends costs both
/// loops: it waits its turn in the lanes of both.
final class HoppedWebSocket {
    let id: ObjectIdentifier
    private let socket: NIOLoopBound<WebSocketConnection>
    private let socketLoop: any EventLoop
    private let sessionLoop: any EventLoop
    /// Told when everything uncounted has left.
    private let drained: () -> Void
    private let lane: InputLane
    var inputShare = InputShare.stranger
    /// What handling the burst at work has cost the session's loop so far.
    private var burstCost = InputCost.zero
    private var waitsInLane = false
    private var level: AccountedLevel
    private var pending: [ByteBuffer] = []
    /// Bytes of `pending`, and those of them that count.
    private var pendingBytes = 0
    private var pendingCounted = 0
    /// Written and not taken by the kernel.
    private(set) var unsentBytes = 0
    private(set) var countedBytes = 0
    /// Taken by the kernel since the beginning.
    private(set) var takenBytes = 0

    init(
        id: ObjectIdentifier, socket: NIOLoopBound<WebSocketConnection>, socketLoop: any EventLoop,
        sessionLoop: any EventLoop, account: ByteAccount, lane: InputLane, drained: @escaping () -> Void
    ) {
        self.id = id
        self.socket = socket
        self.socketLoop = socketLoop
        self.sessionLoop = sessionLoop
        self.drained = drained
        self.lane = lane
        level = AccountedLevel(of: account)
    }

    func write(_ frames: ByteBuffer, isCounted: Bool) {
        let size = frames.readableBytes
        pending.append(frames)
        pendingBytes += size
        unsentBytes += size
        if isCounted {
            pendingCounted += size
            countedBytes += size
        }
        level.set(unsentBytes)
    }

    func flush() {
        guard !pending.isEmpty else { return }
        let batch = pending
        let (size, counted) = (pendingBytes, pendingCounted)
        pending = []
        pendingBytes = 0
        pendingCounted = 0
        let sent = sessionLoop.makePromise(of: Void.self)
        let bound = NIOLoopBound(self, eventLoop: sessionLoop)
        sent.futureResult.whenComplete { _ in bound.value.wasTaken(size, counted: counted) }
        socketLoop.execute { [socket, socketLoop] in
            let socket = socket.value
            for bytes in batch { socket.write(bytes) }
            let last = socketLoop.makePromise(of: Void.self)
            last.futureResult.cascade(to: sent)
            socket.markSent(last)
            socket.flush()
        }
    }

    private func wasTaken(_ size: Int, counted: Int) {
        let hadUncounted = unsentBytes > countedBytes
        takenBytes += size
        unsentBytes -= size
        countedBytes -= counted
        level.set(unsentBytes)
        if hadUncounted, unsentBytes == countedBytes { drained() }
    }

    /// Handling what came from it costs so much.
    func spend(_ cost: InputCost) { burstCost += cost }

    /// What came together was handled: after much, nothing more is read until it is its turn.
    func burstEnded() {
        let cost = burstCost
        burstCost = .zero
        guard cost >= .light else { return }
        lane.spend(cost, by: self)
        guard !waitsInLane else { return }
        waitsInLane = true
        onItsLoop { $0.setReadingHeld(true, for: .turn) }
        lane.wait(self)
    }

    func vouch() {
        inputShare = InputShare()
        onItsLoop { $0.vouch() }
    }

    func becomeStranger(_ key: AddressKey) {
        inputShare = .stranger
        onItsLoop { $0.becomeStranger(key) }
    }

    /// Hands over something to do with the WebSocket.
    func onItsLoop(_ body: @escaping @Sendable (WebSocketConnection) -> Void) {
        socketLoop.execute { [socket] in body(socket.value) }
    }

    func close() {
        flush()
        onItsLoop { $0.close() }
    }

    func closeDropping(lastWords: ByteBuffer) {
        pending = []
        onItsLoop { $0.closeDropping(lastWords: lastWords) }
    }

    func abort() {
        pending = []
        onItsLoop { $0.abort() }
    }
}

extension HoppedWebSocket: InputLaneUser {
    func laneTurn() {
        waitsInLane = false
        onItsLoop { $0.setReadingHeld(false, for: .turn) }
    }
}

@available(*, unavailable)
extension HoppedWebSocket: Sendable {}
