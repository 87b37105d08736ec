import NIOCore
import SocketServer

/// Passes what a WebSocket hears to its session on another loop, in order. Bound to the WebSocket's loop.
final class HoppedWebSocketDelegate: WebSocketDelegate {
    private let entry: EngineDirectory.Entry
    private let id: ObjectIdentifier

    init(entry: EngineDirectory.Entry, id: ObjectIdentifier) {
        self.entry = entry
        self.id = id
    }

    func webSocket(_ socket: WebSocketConnection, didReceiveText text: ByteBuffer) {
        entry.eventLoop.execute { [entry, id] in entry.session.value.linkReceived(text: text, from: id) }
    }

    func webSocket(_ socket: WebSocketConnection, didReceiveBinary bytes: ByteBuffer) {
        entry.eventLoop.execute { [entry, id] in entry.session.value.linkReceived(binary: bytes, from: id) }
    }

    func webSocketDidReceiveBurst(_ socket: WebSocketConnection) {
        entry.eventLoop.execute { [entry, id] in entry.session.value.linkReceivedBurst(from: id) }
    }

    func webSocket(_ socket: WebSocketConnection, didCloseWith reason: WebSocketCloseReason) {
        entry.eventLoop.execute { [entry, id] in entry.session.value.linkClosed(id, reason: reason) }
    }
}

@available(*, unavailable)
extension HoppedWebSocketDelegate: Sendable {}
