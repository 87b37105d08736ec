import Synchronization

/// Work that somebody else may end: a transfer that has to make room.
final class EndableTask: Sendable {
    /// It was ended from outside.
    struct Ended: Error {}

    private struct State {
        var isEnded = false
        var cancel: (@Sendable () -> Void)?
    }

    private let state = Mutex(State())

    /// Ends it, now or as soon as it runs.
    func end() {
        let cancel = state.withLock { state in
            state.isEnded = true
            defer { state.cancel = nil }
            return state.cancel
        }
        cancel?()
    }

    /// - Throws: ``Ended`` when it was ended, and what `body` throws.
    func run<Value: Sendable>(_ body: @escaping @Sendable () async throws -> Value) async throws -> Value {
        let task = Task { try await body() }
        let isEnded = state.withLock { state in
            state.cancel = { task.cancel() }
            return state.isEnded
        }
        if isEnded { task.cancel() }
        defer { state.withLock { $0.cancel = nil } }
        do {
            return try await withTaskCancellationHandler {
                try await task.value
            } onCancel: {
                task.cancel()
            }
        } catch {
            throw state.withLock { $0.isEnded } ? Ended() : error
        }
    }
}
