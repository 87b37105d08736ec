import ServiceLifecycle

/// Passes on a signal that came before the services listened for it: they begin when the signals are trapped.
struct EarlyEnd: Service {
    func run() async throws {
        Signals.repeatTheEnd()
        // Ends with the graceful shutdown; a cancellation ends it as well.
        try? await gracefulShutdown()
    }
}
