import NIOCore

/// The connection's end of a request that a task answers.
final class AsyncHTTPReceiver: HTTPExchangeReceiver {
    private let source: HTTPRequestBody.Producer.Source?
    private let task: Task<Void, Never>

    init(source: HTTPRequestBody.Producer.Source?, task: Task<Void, Never>) {
        self.source = source
        self.task = task
    }

    func exchange(_ exchange: HTTPExchange, didReceiveBody part: ByteBuffer) {
        guard let source else { return }
        switch source.yield(part) {
        case .stopProducing: exchange.setReadingPaused(true)
        case .produceMore, .dropped: break
        }
    }

    func exchangeDidReceiveEnd(_ exchange: HTTPExchange) {
        source?.finish()
    }

    func exchangeDidClose(_ exchange: HTTPExchange) {
        source?.finish(ChannelError.inputClosed)
        task.cancel()
    }
}

@available(*, unavailable)
extension AsyncHTTPReceiver: Sendable {}
