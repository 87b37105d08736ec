import ByteText
import EngineIO
import JSON
import NIOCore
import Synchronization

/// How a socket can be recovered.
final class SocketRecovery: Sendable {
    /// By which its client names the session when it comes back.
    let privateID: String
    let isRecovered: Bool
    /// The last event that it was sent as missed: what is on its way to the loop up to there is no news.
    let through: Int64

    init(privateID: String, isRecovered: Bool = false, through: Int64 = .min) {
        self.privateID = privateID
        self.isRecovered = isRecovered
        self.through = through
    }
}

/// What a client that comes back is given.
struct RecoveredState {
    let session: RecoverableSession
    let missed: [RecoverableEvent]
    let through: Int64
}

/// Connection state recovery in one namespace.
///
/// 1. Events are numbered, and handed to the loops, one at a time: so each loop sends them in the order of their
///    numbers, and a client that has had one has had all before it that were for it. Its number is the client's offset.
/// 2. A loop that sends one itself does so at once, unless others wait for it there.
/// 3. Who comes back is sent what is kept up to the number of the moment. What of that is still on its way to the loop
///    passes it by (``SocketRecovery/through``).
final class NamespaceRecovery: Sendable {
    private struct State {
        var number: Int64 = 0
        /// Events that were handed to a loop and are not sent yet.
        var waiting: [ObjectIdentifier: Int] = [:]
    }

    let settings: ConnectionStateRecovery
    private let store: any RecoveryStore
    private let state = Mutex(State())

    init(_ settings: ConnectionStateRecovery, namespace: String) {
        self.settings = settings
        store = settings.makeStore(namespace)
    }

    // MARK: Sending

    func broadcast(_ name: String, _ arguments: [JSONValue], to target: BroadcastTarget, in namespace: Namespace) {
        let here = state.withLock { state -> (@Sendable () -> Void)? in
            let number = target.volatile ? Int64.max : state.number + 1
            let frames = namespace.encoder.event(name, target.volatile ? arguments : arguments + [Self.offset(number)])
            if !target.volatile {
                state.number = number
                store.append(
                    RecoverableEvent(
                        number: number, name: name, arguments: arguments, target: target, size: frames.size + 128))
            }
            var here: (@Sendable () -> Void)?
            for shard in namespace.allShards {
                let loop = ObjectIdentifier(shard.eventLoop)
                let send: @Sendable () -> Void = {
                    Self.send(frames, number: number, to: target, shard)
                    self.state.withLock { $0.waiting[loop, default: 1] -= 1 }
                }
                let isNext = state.waiting[loop, default: 0] == 0
                state.waiting[loop, default: 0] += 1
                if isNext, shard.eventLoop.inEventLoop { here = send } else { shard.eventLoop.execute(send) }
            }
            return here
        }
        // Not within the lock: it may end a session, whose handlers may send.
        here?()
    }

    private static func send(
        _ frames: EngineFrames, number: Int64, to target: BroadcastTarget, _ shard: Namespace.Shard
    ) {
        for socket in shard.rooms.targets(of: target) where number > socket.recovery?.through ?? .min {
            if target.volatile, socket.hasUnsentBytes { continue }
            socket.write(frames)
            socket.flush()
        }
    }

    /// Whether something that was sent before waits for the loop.
    func isWaiting(on eventLoop: any EventLoop) -> Bool {
        state.withLock { $0.waiting[ObjectIdentifier(eventLoop), default: 0] > 0 }
    }

    static func offset(_ number: Int64) -> JSONValue { .string(String(number, radix: 36)) }

    // MARK: Coming back

    /// The session that a client asks for in its CONNECT, taken out of the store.
    func session(askedForBy auth: JSONValue) -> RecoverableSession? {
        guard let privateID = auth["pid"]?.string, Self.number(of: auth) != nil else { return nil }
        return state.withLock { _ in store.take(privateID) }
    }

    private static func number(of auth: JSONValue) -> Int64? {
        guard let offset = auth["offset"]?.string, offset.count <= 13 else { return nil }
        return Int64(offset.string, radix: 36)
    }

    /// What the client gets that asked for this session; on its loop, in the turn in which it enters.
    ///
    /// - Returns: `nil` when that is not known any more, or more than may be kept for a client.
    func state(of session: RecoverableSession, askedForBy auth: JSONValue, maxBytes: Int) -> RecoveredState? {
        guard let number = Self.number(of: auth) else { return nil }
        return state.withLock { state in
            guard let missed = store.events(after: number, for: session.rooms) else { return nil }
            guard missed.reduce(0, { $0 + $1.size }) <= maxBytes else { return nil }
            return RecoveredState(session: session, missed: missed, through: state.number)
        }
    }

    /// The client was refused, or went before it was let in.
    func giveBack(_ session: RecoverableSession) { state.withLock { _ in store.keep(session) } }

    /// A socket's connection has ended, and its client may come back; on its loop, while it is in its rooms.
    func keep(_ socket: Socket, _ recovery: SocketRecovery) {
        let session = RecoverableSession(
            id: socket.id, privateID: ByteString(recovery.privateID), rooms: Set(socket.places.map(\.room.name)),
            data: socket.data)
        state.withLock { _ in store.keep(session) }
    }
}
