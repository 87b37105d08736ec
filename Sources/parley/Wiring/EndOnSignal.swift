import Dispatch
import ServiceLifecycle

/// Ends when a signal asks for the end (``Signals/holdTheEnd()``), and all services with it in order.
struct EndOnSignal: Service {
    func run() async throws {
        let (asked, ask) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingOldest(1))
        let source = DispatchSource.makeReadSource(fileDescriptor: Signals.endDescriptor, queue: .global())
        source.setEventHandler {
            source.cancel()
            ask.finish()
        }
        source.activate()
        // Ends with the signal, and with a graceful shutdown that something else began.
        for await _ in asked.cancelOnGracefulShutdown() {}
        source.cancel()
    }
}
