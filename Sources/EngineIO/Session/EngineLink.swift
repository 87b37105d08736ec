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

    func write(_ frames: ByteBuffer) {
        switch self {
        case .local(let socket): socket.write(frames)
        case .remote(let socket): socket.write(frames, promise: nil)
        }
    }

    func write(_ frames: ByteBuffer, promise: EventLoopPromise<Void>) {
        switch self {
        case .local(let socket): socket.write(frames, promise: promise)
        case .remote(let socket): socket.write(frames, promise: promise)
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

    /// False while more is unsent than the limit.
    var isWritable: Bool {
        switch self {
        case .local(let socket): socket.isWritable
        case .remote(let socket): socket.isWritable
        }
    }

    var bufferedBytes: Int {
        switch self {
        case .local(let socket): socket.bufferedBytes
        case .remote(let socket): socket.bufferedBytes
        }
    }

    /// Closes after what was flushed.
    func close() {
        switch self {
        case .local(let socket): socket.close()
        case .remote(let socket): socket.close()
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
