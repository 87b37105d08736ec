import ChatCore
import ChatHTTP
import ChatSQLite
import Foundation

/// `GET /admin/backup`: a copy of the running database, made beside it.
struct StoreBackups: BackupSource {
    let store: SQLiteChatStore

    func makeBackup(withKeys: Bool) async throws -> String {
        let path = TemporaryCopy.path(in: store.directory, for: "backup")
        let (store, left) = (store, withKeys ? [] : SecretSettings.names)
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
            // It blocks as long as the copy takes: no thread of the pool must wait for that.
            Thread {
                continuation.resume(
                    with: Result {
                        do {
                            try store.backup(to: path, withoutSettings: left)
                        } catch let error as StoreOpenError {
                            throw ChatError(.storageFull, "The copy cannot be made: \(error).")
                        }
                    })
            }.start()
        }
        return path
    }
}
