import NIOCore

/// The connection's end of a request that a task answers.
final class AsyncHTTPReceiver: HTTPExchangeReceiver {
    private let source: HTTPRequestBody.Producer.Source?
    private let task: Task<Void, Never>
    /// The sizes of the last parts: those that wait when there have to be no more.
    private var sizes: CircularBuffer<Int> = []

    /// Parts of a body that wait for whoever answers, at most.
    static let mostParts = 8

    init(source: HTTPRequestBody.Producer.Source?, task: Task<Void, Never>) {
        self.source = source
        self.task = task
    }

    func exchange(_ exchange: HTTPExchange, didReceiveBody part: ByteBuffer) {
        guard let source else { return }
        if sizes.count == Self.mostParts { sizes.removeFirst() }
        sizes.append(part.readableBytes)
        switch source.yield(part) {
        case .stopProducing: exchange.setReadingPaused(true, keeping: sizes.reduce(0, +))
        case .produceMore, .dropped: break
        }
    }

    func exchangeDidReceiveEnd(_ exchange: HTTPExchange) {
        source?.finish()
    }

    func exchangeDidClose(_ exchange: HTTPExchange) {
        // In this order, so that whoever hears that the body broke off can tell that the client is gone.
        task.cancel()
        source?.finish(ChannelError.inputClosed)
    }
}

@available(*, unavailable)
extension AsyncHTTPReceiver: Sendable {}
