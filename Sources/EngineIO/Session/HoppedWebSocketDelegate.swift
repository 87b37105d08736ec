import NIOCore
import SocketServer

/// Passes what a WebSocket hears to its session on another loop, in order. Bound to the WebSocket's loop.
final class HoppedWebSocketDelegate: WebSocketDelegate {
    private let entry: EngineDirectory.Entry
    private let id: ObjectIdentifier
    /// Its own until the end: the session's account is on another loop.
    private weak var socket: WebSocketConnection?

    init(entry: EngineDirectory.Entry, socket: WebSocketConnection) {
        self.entry = entry
        self.socket = socket
        id = ObjectIdentifier(socket)
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
        socket.account?.open(for: LeavingLink(socket))
        entry.eventLoop.execute { [entry, id] in entry.session.value.linkClosed(id, reason: reason) }
    }
}

/// What is kept for the client on the WebSocket's loop: half a message, and what the session has handed over.
extension HoppedWebSocketDelegate: ByteAccountOwner {
    func accountBecameFull(_ account: ByteAccount) { socket?.setReadingHeld(true, for: .link) }
    func accountHasRoom(_ account: ByteAccount) { socket?.setReadingHeld(false, for: .link) }
    func accountIsFullOfInput(_ account: ByteAccount) { abortLater() }
    func accountMustGo(_ account: ByteAccount) { abortLater() }

    private func abortLater() {
        guard let socket else { return }
        let bound = NIOLoopBound(socket, eventLoop: socket.eventLoop)
        socket.eventLoop.execute { bound.value.abort() }
    }
}

@available(*, unavailable)
extension HoppedWebSocketDelegate: Sendable {}
