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

    /// The row number that a page cursor stands for; 0 for none.
    ///
    /// - Throws: `invalid` for a cursor that no page gave.
    static func place(_ page: PageRequest) throws -> Int64 {
        guard let after = page.after else { return 0 }
        guard let place = Int64(after, radix: 36), place >= 0 else {
            throw ChatError(.invalid, "This is no `next` of a page.", field: "after")
        }
        return place
    }

    /// Rows and their numbers, one more than asked for, as a page.
    static func page<Item>(_ rows: [(Int64, Item)], limit: Int) -> Page<Item> {
        let shown = rows.prefix(limit)
        let next = rows.count > limit ? shown.last.map { String($0.0, radix: 36) } : nil
        return Page(items: shown.map(\.1), next: next)
    }

    static func limit(_ page: PageRequest) -> Int { min(200, max(1, page.limit)) }
}

@available(*, unavailable)
extension SQLiteReadView: Sendable {}
