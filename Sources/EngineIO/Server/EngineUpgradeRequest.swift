import NIOCore
import SocketServer

/// Waits for the end of a request that asks for a WebSocket, and answers it then.
final class EngineUpgradeRequest: HTTPExchangeReceiver {
    private let accept: (HTTPExchange) -> Void

    init(accept: @escaping (HTTPExchange) -> Void) {
        self.accept = accept
    }

    func exchange(_ exchange: HTTPExchange, didReceiveBody part: ByteBuffer) {}

    func exchangeDidReceiveEnd(_ exchange: HTTPExchange) {
        accept(exchange)
    }

    var outlivesInput: Bool { false }

    func exchangeDidClose(_ exchange: HTTPExchange) {}
}

@available(*, unavailable)
extension EngineUpgradeRequest: Sendable {}
