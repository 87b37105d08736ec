import ChatCore
import ChatHTTP
import Foundation
import Synchronization

/// `GET /admin/backup`: a copy of the running database, made beside it.
///
/// A copy holds the file open: one that goes on while the store closes would leave its log beside the database. So a
/// stop breaks copies off, at their next step, and waits for that.
final class StoreBackups: BackupSource {
    private struct Stopping: Error {}

    private struct State {
        var isStopping = false
        var running = 0
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private let store: any ServedStore
    private let state = Mutex(State())

    init(store: any ServedStore) {
        self.store = store
    }

    func makeBackup(withKeys: Bool) async throws -> String {
        guard begin() else { throw Self.stopped }
        defer { end() }
        let left = withKeys ? [] : SecretSettings.names
        return try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<String, any Error>) in
            // It blocks as long as the copy takes: no thread of the pool must wait for that.
            Thread { continuation.resume(with: Result { try self.copy(without: left) }) }.start()
        }
    }

    private func copy(without left: [String]) throws -> String {
        do {
            return try store.copy(withoutSettings: left) {
                if self.state.withLock({ $0.isStopping }) { throw Stopping() }
            }
        } catch let error as StoreOpenError {
            guard !state.withLock({ $0.isStopping }) else { throw Self.stopped }
            throw ChatError(.storageFull, "The copy cannot be made: \(error).")
        }
    }

    /// Breaks off what runs and takes no more; returns when none runs.
    func stop() async {
        await withCheckedContinuation { continuation in
            let isIdle = state.withLock { state in
                state.isStopping = true
                if state.running > 0 { state.waiting.append(continuation) }
                return state.running == 0
            }
            if isIdle { continuation.resume() }
        }
    }

    private static let stopped = ChatError(.unavailable, "The server is stopping.")

    private func begin() -> Bool {
        state.withLock { state in
            if !state.isStopping { state.running += 1 }
            return !state.isStopping
        }
    }

    private func end() {
        let waiting = state.withLock { state in
            state.running -= 1
            guard state.running == 0 else { return [CheckedContinuation<Void, Never>]() }
            defer { state.waiting = [] }
            return state.waiting
        }
        for continuation in waiting { continuation.resume() }
    }
}
