import NIOCore
import SocketServer

/// A session's WebSocket: on its own loop, or (with TLS, after an upgrade) on another.
enum EngineLink {
    case local(WebSocketConnection)
    case remote(HoppedWebSocket)

    var id: ObjectIdentifier {
        switch self {
        case .local(let socket): ObjectIdentifier(socket)
        case .remote(let socket): socket.id
        }
    }

    /// - Parameter isCounted: whether it counts in ``countedBytes``.
    func write(_ frames: ByteBuffer, isCounted: Bool) {
        switch self {
        case .local(let socket): socket.write(frames, isCounted: isCounted)
        case .remote(let socket): socket.write(frames, isCounted: isCounted)
        }
    }

    /// A valid token was shown on it.
    func vouch() {
        switch self {
        case .local(let socket): socket.vouch()
        case .remote(let socket): socket.vouch()
        }
    }

    func becomeStranger(_ key: AddressKey) {
        switch self {
        case .local(let socket): socket.becomeStranger(key)
        case .remote(let socket): socket.becomeStranger(key)
        }
    }

    func flush() {
        switch self {
        case .local(let socket): socket.flush()
        case .remote(let socket): socket.flush()
        }
    }

    /// Whether something waits for the client to take it.
    var isBehind: Bool {
        switch self {
        case .local(let socket): socket.isBehind
        case .remote(let socket): socket.unsentBytes > 0
        }
    }

    var unsentBytes: Int {
        switch self {
        case .local(let socket): socket.unsentBytes
        case .remote(let socket): socket.unsentBytes
        }
    }

    /// Those of them that count against the limit for slow clients.
    var countedBytes: Int {
        switch self {
        case .local(let socket): socket.countedBytes
        case .remote(let socket): socket.countedBytes
        }
    }

    /// Bytes that the client has taken since the beginning.
    var takenBytes: Int {
        switch self {
        case .local(let socket): socket.takenBytes
        case .remote(let socket): socket.takenBytes
        }
    }

    /// Bytes of the longest message that is taken from now on.
    func setMaxPayload(_ size: Int) {
        switch self {
        case .local(let socket): socket.maximumMessageSize = size
        case .remote(let socket): socket.onItsLoop { $0.maximumMessageSize = size }
        }
    }

    /// Stops reading from the client, or goes on.
    func setReadingHeld(_ isHeld: Bool) {
        switch self {
        case .local(let socket): socket.setReadingHeld(isHeld, for: .session)
        case .remote(let socket): socket.onItsLoop { $0.setReadingHeld(isHeld, for: .session) }
        }
    }

    func spend(_ cost: InputCost) {
        switch self {
        case .local(let socket): socket.spend(cost)
        case .remote(let socket): socket.spend(cost)
        }
    }

    /// A message came from another loop; on its own a WebSocket counts what it hands up.
    func spendOnHop(_ message: ByteBuffer) {
        if case .remote(let socket) = self { socket.spend(.packet + .bytes(message.readableBytes)) }
    }

    /// Closes after what was flushed.
    func close() {
        switch self {
        case .local(let socket): socket.close()
        case .remote(let socket): socket.close()
        }
    }

    /// Drops what is unsent, and closes after `lastWords`.
    func closeDropping(lastWords: ByteBuffer) {
        switch self {
        case .local(let socket): socket.closeDropping(lastWords: lastWords)
        case .remote(let socket): socket.closeDropping(lastWords: lastWords)
        }
    }

    /// Drops the connection and what is unsent.
    func abort() {
        switch self {
        case .local(let socket): socket.abort()
        case .remote(let socket): socket.abort()
        }
    }
}
