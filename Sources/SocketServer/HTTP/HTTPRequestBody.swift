public import NIOCore

/// A request's body as it arrives. May be iterated once; what is not taken holds the client back: at most eight reads
/// (64 KiB each) wait in memory.
public struct HTTPRequestBody: AsyncSequence, Sendable {
    public typealias Element = ByteBuffer

    typealias Producer = NIOThrowingAsyncSequenceProducer<
        ByteBuffer, any Error, NIOAsyncSequenceProducerBackPressureStrategies.HighLowWatermark, HTTPRequestBodyDelegate
    >

    private let stream: Producer?

    /// An empty body.
    public init() {
        stream = nil
    }

    init(stream: Producer) {
        self.stream = stream
    }

    /// Whether the request announced no body.
    public var isEmpty: Bool { stream == nil }

    public func makeAsyncIterator() -> Iterator {
        Iterator(stream: stream?.makeAsyncIterator())
    }

    public struct Iterator: AsyncIteratorProtocol {
        private let stream: Producer.AsyncIterator?

        init(stream: Producer.AsyncIterator?) {
            self.stream = stream
        }

        /// The next part; nil at the end.
        /// - Throws: `ChannelError.inputClosed` when the connection ended inside the body, or `CancellationError`.
        public mutating func next() async throws -> ByteBuffer? {
            guard let part = try await stream?.next() else {
                try Task.checkCancellation()
                return nil
            }
            return part
        }
    }
}
