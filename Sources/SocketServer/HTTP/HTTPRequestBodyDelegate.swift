import NIOCore
import Synchronization

/// Turns the demand of a body's reader into reads of its connection.
final class HTTPRequestBodyDelegate: NIOAsyncSequenceProducerDelegate {
    private let eventLoop: any EventLoop
    private let exchange: NIOLoopBound<HTTPExchange>
    private let isOver = Atomic<Bool>(false)

    init(eventLoop: any EventLoop, exchange: NIOLoopBound<HTTPExchange>) {
        self.eventLoop = eventLoop
        self.exchange = exchange
    }

    func produceMore() {
        resume()
    }

    /// Nobody reads any more: what still comes is thrown away, and is not held back.
    func didTerminate() {
        resume()
    }

    /// The responder has returned; its body may be let go at any later time, when the loop is gone too.
    func end() {
        isOver.store(true, ordering: .relaxed)
        // What the responder left unread is not held back either; the loop lives until the task is counted out.
        eventLoop.execute { [exchange] in exchange.value.setReadingPaused(false) }
    }

    private func resume() {
        guard !isOver.load(ordering: .relaxed) else { return }
        eventLoop.execute { [exchange] in exchange.value.setReadingPaused(false) }
    }
}
