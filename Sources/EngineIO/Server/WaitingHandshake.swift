import NIOCore
import SocketServer

/// A handshake whose admission waits; stands in for what it becomes.
final class WaitingHandshake: HTTPExchangeReceiver {
    let handshake: EngineHandshake
    let transport: EngineTransport
    /// When it began to wait.
    let since: NIODeadline
    /// Whether the request ended meanwhile.
    private(set) var isWhole = false

    init(_ handshake: EngineHandshake, _ transport: EngineTransport, since: NIODeadline) {
        self.handshake = handshake
        self.transport = transport
        self.since = since
    }

    func exchange(_ exchange: HTTPExchange, didReceiveBody part: ByteBuffer) {}
    func exchangeDidReceiveEnd(_ exchange: HTTPExchange) { isWhole = true }
    func exchangeDidClose(_ exchange: HTTPExchange) {}
}

@available(*, unavailable)
extension WaitingHandshake: Sendable {}
