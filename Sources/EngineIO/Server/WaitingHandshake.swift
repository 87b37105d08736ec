import NIOCore
import SocketServer

/// Stands in for what a handshake becomes, while its admission waits.
final class WaitingHandshake: HTTPExchangeReceiver {
    /// Whether the request ended meanwhile.
    private(set) var isWhole = false

    func exchange(_ exchange: HTTPExchange, didReceiveBody part: ByteBuffer) {}
    func exchangeDidReceiveEnd(_ exchange: HTTPExchange) { isWhole = true }
    func exchangeDidClose(_ exchange: HTTPExchange) {}
}

@available(*, unavailable)
extension WaitingHandshake: Sendable {}
