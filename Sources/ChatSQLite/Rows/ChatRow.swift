import ChatCore

/// Reading chats and members.
enum ChatRow {
    /// `id, name, kind, created_ms, member_count, last_seq`.
    static func chat(_ row: PreparedStatement, from first: Int32 = 0) -> Chat {
        Chat(
            id: ChatID(row.text(first)), name: row.optionalText(first + 1), kind: Chat.Kind(code: row.int(first + 2)),
            createdAt: row.time(first + 3), memberCount: Int(row.int(first + 4)), lastSeq: row.int(first + 5))
    }

    /// `role, joined_ms, delivered_seq, read_seq, user id, username, display_name, avatar_url`.
    static func member(_ row: PreparedStatement, from first: Int32 = 0) -> Member {
        Member(
            user: UserRow.card(row, from: first + 4), role: Member.Role(code: row.int(first)),
            joinedAt: row.time(first + 1), deliveredSeq: row.int(first + 2), readSeq: row.int(first + 3))
    }
}
