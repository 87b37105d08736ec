import ChatCore

/// The objects of CONTRACT sections 2 and 3 that have a name; as `JSONWriter+Model.swift` writes them.
package enum WireObject: String, Sendable, Hashable, CaseIterable {
    case userCard = "UserCard"
    case user = "User"
    case chat = "Chat"
    case member = "Member"
    case chatListItem = "ChatListItem"
    case quote = "Quote"
    case attachment = "Attachment"
    case message = "Message"
    case limits = "Limits"
    case error = "ErrorObject"
    case change = "Change"

    package var summary: String {
        switch self {
        case .userCard: "What others see of a user."
        case .user: "A user, as the user and the operator see it."
        case .chat: "A conversation."
        case .member: "A member of a chat, with the watermarks."
        case .chatListItem: "A chat as chat:list gives it."
        case .quote: "What a reply shows of the message it answers."
        case .attachment: "A file that was sent with a message."
        case .message: "A message; a tombstone where deleted_at is there."
        case .limits: "What this server bounds."
        case .error: "Why something was not done."
        case .change: "An event that was missed: its name and its one argument."
        }
    }

    package var fields: [WireField] {
        switch self {
        case .userCard: Self.card
        case .user: Self.card + Self.userRest
        case .chat: Self.chatFields
        case .member:
            Self.plainMember + [
                .always("read_seq", .integer, "Everything up to this seq was read."),
                .always("delivered_seq", .integer, "Everything up to this seq was delivered."),
            ]
        case .chatListItem: Self.chatFields + Self.listItemRest
        case .quote:
            [
                .always("id", .string), .always("seq", .integer), .always("sender_id", .nullable(.string)),
                .always("content", .string, "Its beginning: 200 scalars at most, no character in part."),
            ]
        case .attachment:
            [
                .always("id", .string), .always("name", .string), .always("size", .integer, "Bytes."),
                .always("mime_type", .string), .always("url", .string), .optional("width", .integer, "Pixels."),
                .optional("height", .integer, "Pixels."),
            ]
        case .message: Self.messageFields
        case .limits:
            [
                .always("max_message_length", .integer, "Unicode scalars of content."),
                .always("max_attachment", .integer, "Bytes of one file."),
                .always("max_payload", .integer, "Bytes of one packet."),
                .always("rate_limit_messages", .integer, "Messages of one user a second; 0 is no limit."),
                .always("rate_limit_events", .integer, "What the events of one user may cost a second; 0 is no limit."),
            ]
        case .error: Self.errorFields
        case .change: [.always("event", .string), .always("data", .map(.string))]
        }
    }

    /// A member as the operator sees it: without the watermarks.
    package static let plainMember: [WireField] = [
        .always("user_id", .string), .always("username", .string),
        .always("role", .choice(Member.Role.allCases.map(\.rawValue))), .always("joined_at", .time),
    ]

    private static let card: [WireField] = [
        .always("id", .string), .always("username", .string), .always("display_name", .nullable(.string)),
        .always("avatar_url", .nullable(.string)),
    ]

    private static let userRest: [WireField] = [
        .always("created_at", .time), .always("last_seen_at", .nullable(.time)),
        .always("status", .choice(["online", "offline"])), .always("blocked", .boolean),
    ]

    private static let chatFields: [WireField] = [
        .always("id", .string), .always("name", .nullable(.string)),
        .always("type", .choice(Chat.Kind.allCases.map(\.rawValue))), .always("created_at", .time),
        .always("member_count", .integer), .always("last_seq", .integer, "Of the newest message; 0 without any."),
    ]

    private static let listItemRest: [WireField] = [
        .always("members", .array(.named(.member)), "At most 20; chat:members gives all."),
        .always("last_message", .nullable(.named(.message))), .always("unread_count", .integer),
        .always("read_seq", .integer), .always("delivered_seq", .integer),
    ]

    private static let messageFields: [WireField] = [
        .always("id", .string), .always("chat_id", .string),
        .always("seq", .integer, "From 1, by 1, without gaps, in each chat."),
        .always("sender_id", .nullable(.string), "null: a system message."),
        .always("sender", .nullable(.named(.userCard))), .always("content", .string, "\"\" in a tombstone."),
        .always("message_type", .choice(Message.Kind.allCases.map(\.rawValue))), .always("created_at", .time),
        .optional("client_id", .string, "As its sender gave it."), .optional("reply_to", .named(.quote)),
        .optional("attachments", .array(.named(.attachment))),
        .optional("reactions", .map(.array(.string)), "User ids by emoji."), .optional("edited_at", .time),
        .optional("deleted_at", .time),
    ]

    package static let errorFields: [WireField] = [
        .always("code", .choice(ChatError.Code.allCases.map(\.rawValue))),
        .always("message", .string, "One sentence for a person."),
        .always("retryable", .boolean, "Whether the same may succeed later."),
        .optional("retry_after_ms", .integer), .optional("field", .string, "The field at fault."),
    ]
}
