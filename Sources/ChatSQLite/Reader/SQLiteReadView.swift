import ChatCore
import Foundation

/// A reader's connection inside a snapshot. Loop-bound to the reader's thread.
final class SQLiteReadView: ChatReadView {
    private static let revision: StaticString = "SELECT revision FROM state"
    private static let setting: StaticString = "SELECT value FROM settings WHERE key = ?"
    private static let counts: StaticString = """
        SELECT (SELECT count(*) FROM users WHERE deleted_ms IS NULL), (SELECT count(*) FROM chats
            WHERE deleted_ms IS NULL),
            (SELECT total(last_seq) FROM chats WHERE deleted_ms IS NULL), (SELECT file_bytes FROM state)
        """

    let connection: Connection
    let policy: ChatPolicy
    let facts: StoreFacts

    init(_ connection: Connection, policy: ChatPolicy, facts: StoreFacts) {
        self.connection = connection
        self.policy = policy
        self.facts = facts
    }

    func revision() throws -> Revision {
        Revision(try connection[Self.revision].first { $0.int(0) } ?? 0)
    }

    func setting(_ key: String) throws -> String? {
        try connection[Self.setting].first(key) { $0.text(0) }
    }

    func usersOnlineAtLastEnd() throws -> [UserID] { facts.onlineAtLastEnd }

    func statistics() throws -> StoreStatistics {
        let counts = try connection[Self.counts].first { (Int($0.int(0)), Int($0.int(1)), Int($0.int(2)), $0.int(3)) }
        var status = stat()
        // By path: opening and closing the file here would drop SQLite's locks on it.
        let bytes = stat(facts.path, &status) == 0 ? Int64(status.st_size) : 0
        return StoreStatistics(
            users: counts?.0 ?? 0, chats: counts?.1 ?? 0, messages: counts?.2 ?? 0, fileBytes: bytes,
            attachmentBytes: counts?.3 ?? 0)
    }
}

@available(*, unavailable)
extension SQLiteReadView: Sendable {}
