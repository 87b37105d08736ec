import ByteText
import ChatCore

/// The objects of CONTRACT section 2 as JSON: every field always there, `null` where it has no value.
enum AdminObjects {
    static func user(_ user: User, online: Bool) -> JSON {
        .object([
            ("id", .string(user.id.rawValue)),
            ("username", .string(user.username)),
            ("display_name", .optional(user.displayName)),
            ("avatar_url", .optional(user.avatarURL)),
            ("created_at", .string(user.createdAt.rfc3339)),
            ("last_seen_at", .optional(user.lastSeenAt.map(\.rfc3339))),
            ("status", .string(online ? "online" : "offline")),
            ("blocked", .bool(user.blocked)),
        ])
    }

    static func chat(_ chat: Chat) -> JSON {
        .object([
            ("id", .string(chat.id.rawValue)),
            ("name", .optional(chat.name)),
            ("type", .string(chat.kind.rawValue)),
            ("created_at", .string(chat.createdAt.rfc3339)),
            ("member_count", .integer(Int64(chat.memberCount))),
            ("last_seq", .integer(chat.lastSeq)),
        ])
    }

    static func member(_ member: Member) -> JSON {
        .object([
            ("user_id", .string(member.user.id.rawValue)),
            ("username", .string(member.user.username)),
            ("role", .string(member.role.rawValue)),
            ("joined_at", .string(member.joinedAt.rfc3339)),
        ])
    }

    static func token(_ token: TokenRecord) -> JSON {
        .object([
            ("token_id", .string(token.id.rawValue)),
            ("user_id", .string(token.userID.rawValue)),
            ("label", .optional(token.label)),
            ("created_at", .string(token.createdAt.rfc3339)),
            ("expires_at", .string(token.expiresAt.rfc3339)),
            ("revoked_at", .optional(token.revokedAt.map(\.rfc3339))),
        ])
    }

    static func connection(_ connection: ConnectionInfo) -> JSON {
        .object([
            ("sid", .string(connection.sid)),
            ("user_id", .string(connection.userID.rawValue)),
            ("address", .string(connection.address)),
            ("transport", .string(connection.transport)),
            ("connected_at", .string(connection.connectedAt.rfc3339)),
            ("user_agent", .optional(connection.userAgent)),
        ])
    }

    static func list(_ items: [JSON], next: String?) -> JSON {
        .object([("items", .array(items)), ("next", .optional(next))])
    }
}
