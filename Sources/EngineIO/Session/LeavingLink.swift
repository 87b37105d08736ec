import SocketServer

/// A WebSocket whose session has ended, while it still sends its last.
protocol AbortableLink: AnyObject {
    /// Drops the connection and what is unsent.
    func abort()
}

extension WebSocketConnection: AbortableLink {}
extension HoppedWebSocket: AbortableLink {}

/// Owns the account of a session that has ended, for as long as its WebSocket has something to send: that counts in the
/// memory of all like before, and goes where room is wanted. The account ends with the WebSocket, which keeps it.
final class LeavingLink: ByteAccountOwner {
    private weak var link: (any AbortableLink)?

    init(_ link: any AbortableLink) { self.link = link }

    convenience init(_ link: EngineLink) {
        switch link {
        case .local(let socket): self.init(socket)
        case .remote(let socket): self.init(socket)
        }
    }

    func accountBecameFull(_ account: ByteAccount) {}
    func accountHasRoom(_ account: ByteAccount) {}
    func accountIsFullOfInput(_ account: ByteAccount) {}
    func accountMustGo(_ account: ByteAccount) { link?.abort() }
}

@available(*, unavailable)
extension LeavingLink: Sendable {}
