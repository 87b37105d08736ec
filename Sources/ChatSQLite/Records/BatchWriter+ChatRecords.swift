import ChatCore
import Foundation

/// Chats as ``ChatCore/ChatRecords``, and what all records share.
extension BatchWriter: ChatRecords {
    private static let insertChat: StaticString = """
        INSERT INTO chats (id, name, name_folded, kind, pair, created_ms, meta_n, changed, made_n)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?7, ?7)
        """
    private static let idTaken: StaticString = "SELECT 1 FROM chats WHERE id = ?"
    private static let idOfKey: StaticString = "SELECT id FROM chats WHERE key = ?"
    private static let byPair: StaticString = "SELECT id FROM chats WHERE pair = ?"
    private static let rename: StaticString = "UPDATE chats SET name = ?, name_folded = ?, meta_n = ? WHERE key = ?"
    private static let eraseChat: StaticString = """
        UPDATE chats SET name = NULL, name_folded = NULL, pair = NULL, member_count = 0, changed = ?1, gone_n = ?1,
            deleted_ms = ?2
        WHERE key = ?3
        """
    private static let putSetting: StaticString = """
        INSERT INTO settings (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value
        """

    func makeID() -> String { UUID().uuidString.lowercased() }

    func chat(_ id: ChatID) throws -> ChatRecord? { try memory.chat(id) }

    func chat(key: Int64) throws -> ChatRecord? {
        guard let id = try connection[Self.idOfKey].first(key, read: { ChatID($0.text(0)) }) else { return nil }
        return try memory.chat(id)
    }

    func isTaken(_ id: ChatID) throws -> Bool {
        try connection[Self.idTaken].first(id, read: { _ in true }) != nil
    }

    func directChat(of pair: DirectPair) throws -> ChatRecord? {
        guard let id = try connection[Self.byPair].first(pair.column, read: { ChatID($0.text(0)) }) else { return nil }
        return try memory.chat(id)
    }

    func insertChat(_ chat: Chat, pair: DirectPair?, n: Int64) throws -> ChatRecord {
        try connection[Self.insertChat].run(
            chat.id, chat.name, chat.name.flatMap(Folding.fold), chat.kind.code, pair?.column, chat.createdAt, n)
        let record = ChatRecord(
            key: connection.lastInsertedRow, chat: chat, lastN: 0, silentSeq: 0, metaN: n, membersN: 0, changed: n)
        memory.remember(record)
        return record
    }

    func putName(of chat: ChatRecord) throws {
        let name = chat.chat.name
        try connection[Self.rename].run(name, name.flatMap(Folding.fold), chat.metaN, chat.key)
    }

    func eraseChat(_ chat: ChatRecord, n: Int64) throws {
        try connection[Self.eraseChat].run(n, now, chat.key)
        memory.forget(chat)
    }

    func changed(_ chat: ChatRecord) { memory.touch(chat) }

    func putSetting(_ key: String, _ value: String) throws { try connection[Self.putSetting].run(key, value) }
}

extension DirectPair {
    /// As the file keeps it.
    fileprivate var column: String { "\(first):\(second)" }
}
