import NIOCore

/// Turns the demand of a body's reader into reads of its connection.
struct HTTPRequestBodyDelegate: NIOAsyncSequenceProducerDelegate {
    let eventLoop: any EventLoop
    let exchange: NIOLoopBound<HTTPExchange>

    func produceMore() {
        eventLoop.execute { exchange.value.setReadingPaused(false) }
    }

    /// Nobody reads any more: what still comes is thrown away, and is not held back.
    func didTerminate() {
        eventLoop.execute { exchange.value.setReadingPaused(false) }
    }
}
