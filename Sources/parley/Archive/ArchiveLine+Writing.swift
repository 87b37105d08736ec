import ChatCore
import Foundation
import JSON
import NIOCore

extension ArchiveLine {
    /// Appends the line of a record, with its end.
    static func write(_ record: ArchiveRecord, to buffer: inout ByteBuffer) {
        var writer = JSONWriter()
        writer.object { line in
            switch record {
            case .header(let header):
                line.add("kind", "parley")
                line.add("version", header.version)
            case .user(let user): add(user, to: &line)
            case .token(let token): add(token, to: &line)
            case .chat(let chat): add(chat, to: &line)
            case .message(let message): add(message, to: &line)
            case .reaction(let reaction):
                line.add("kind", "reaction")
                line.add("chat_id", reaction.chatID.rawValue)
                line.add("seq", reaction.seq)
                line.add("user_id", reaction.userID.rawValue)
                line.add("emoji", reaction.emoji)
            case .file(let file): add(file, to: &line)
            case .data(let bytes):
                line.add("kind", "data")
                line.add("base64", Data(bytes).base64EncodedString())
            case .member(let member): add(member, to: &line)
            case .end(let counts):
                line.add("kind", "end")
                line.add("users", counts.users)
                line.add("tokens", counts.tokens)
                line.add("chats", counts.chats)
                line.add("messages", counts.messages)
                line.add("reactions", counts.reactions)
                line.add("files", counts.files)
                line.add("members", counts.members)
            }
        }
        buffer.writeImmutableBuffer(writer.finish())
        buffer.writeStaticString("\n")
    }

    private static func add(_ archived: ArchiveUser, to line: inout JSONWriter) {
        line.add("kind", "user")
        line.add("id", archived.user.id.rawValue)
        if archived.deletedAt == nil { line.add("username", archived.user.username) }
        line.add("display_name", archived.user.displayName)
        line.add("avatar_url", archived.user.avatarURL)
        line.add("created_at", archived.user.createdAt)
        line.add("last_seen_at", archived.user.lastSeenAt)
        if archived.user.blocked { line.add("blocked", true) }
        line.add("tokens_revoked_at", archived.tokensRevokedAt)
        line.add("deleted_at", archived.deletedAt)
    }

    private static func add(_ token: TokenRecord, to line: inout JSONWriter) {
        line.add("kind", "token")
        line.add("id", token.id.rawValue)
        line.add("user_id", token.userID.rawValue)
        line.add("label", token.label)
        line.add("created_at", token.createdAt)
        line.add("expires_at", token.expiresAt)
        line.add("revoked_at", token.revokedAt)
    }

    private static func add(_ chat: ArchiveChat, to line: inout JSONWriter) {
        line.add("kind", "chat")
        line.add("id", chat.id.rawValue)
        line.add("name", chat.name)
        line.add("type", chat.kind.rawValue)
        line.add("created_at", chat.createdAt)
        if !chat.pair.isEmpty { line.add("pair", chat.pair.map(\.rawValue)) }
        line.add("deleted_at", chat.deletedAt)
    }

    private static func add(_ message: ArchiveMessage, to line: inout JSONWriter) {
        line.add("kind", "message")
        line.add("chat_id", message.chatID.rawValue)
        line.add("seq", message.seq)
        line.add("id", message.id?.rawValue)
        line.add("sender_id", message.senderID?.rawValue)
        line.add("message_type", message.kind.rawValue)
        line.add("created_at", message.createdAt)
        line.add("content", message.content)
        line.add("client_id", message.clientID)
        line.add("reply_to", message.replyTo)
        line.add("edited_at", message.editedAt)
        line.add("deleted_at", message.deletedAt)
    }

    private static func add(_ file: ArchiveFile, to line: inout JSONWriter) {
        line.add("kind", "file")
        line.add("chat_id", file.chatID.rawValue)
        line.add("seq", file.seq)
        line.add("id", file.id?.rawValue)
        line.add("name", file.name)
        line.add("size", file.size)
        line.add("mime_type", file.mimeType)
        line.add("created_at", file.createdAt)
        line.add("path", file.path)
    }

    private static func add(_ member: ArchiveMember, to line: inout JSONWriter) {
        line.add("kind", "member")
        line.add("chat_id", member.chatID.rawValue)
        line.add("user_id", member.userID.rawValue)
        line.add("role", member.role.rawValue)
        line.add("joined_at", member.joinedAt)
        line.add("joined_seq", member.joinedSeq)
        line.add("delivered_seq", member.deliveredSeq)
        line.add("delivered_at", member.deliveredAt)
        line.add("read_seq", member.readSeq)
        line.add("read_at", member.readAt)
    }
}

/// Members of a line's object, in the order added; those without a value are left out.
extension JSONWriter {
    fileprivate mutating func add(_ name: StaticString, _ value: String?) {
        if let value { field(name, value) }
    }

    fileprivate mutating func add(_ name: StaticString, _ value: Int64?) {
        if let value { field(name, value) }
    }

    fileprivate mutating func add(_ name: StaticString, _ value: Bool) { field(name, value) }

    fileprivate mutating func add(_ name: StaticString, _ value: Timestamp?) { add(name, value?.rfc3339) }

    fileprivate mutating func add(_ name: StaticString, _ values: [String]) { array(name, values) { $0.string($1) } }
}
