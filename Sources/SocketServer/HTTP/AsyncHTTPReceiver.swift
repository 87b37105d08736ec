import NIOCore

/// The connection's end of a request that a task answers.
final class AsyncHTTPReceiver: HTTPExchangeReceiver {
    private let source: HTTPRequestBody.Producer.Source?
    private let task: Task<Void, Never>
    /// The sizes of the last parts: those that wait when there have to be no more.
    private var sizes: CircularBuffer<Int> = []
    /// Of what came although nothing was to be read: all there is, once the client has closed its side.
    private var beyond = 0

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
        case .stopProducing:
            if exchange.isReadingPaused { beyond += part.readableBytes } else { beyond = 0 }
            exchange.setReadingPaused(true, keeping: sizes.reduce(beyond, +))
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
