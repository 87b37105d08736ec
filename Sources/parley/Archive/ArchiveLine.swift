import ByteText
import ChatCore
import Foundation
import JSON
import NIOCore

/// One line of an archive: JSON text without the line's end. See the page "Archives" of the documentation for the
/// fields; those without a value are left out.
enum ArchiveLine {
    /// Bytes of a line at most; the longest message, written in escapes, is far below.
    static let longest = 16 << 20

    /// - Throws: ``ArchiveError``.
    static func record(_ line: ByteBuffer) throws(ArchiveError) -> ArchiveRecord {
        // The parser repairs broken UTF-8; an archive that has it is damaged.
        // What is no JSON is told of with its line.
        guard String(validating: line.readableBytesView, as: UTF8.self) != nil,
            let json = try? JSONValue(parsing: line), let object = json.object
        else { throw ArchiveError(.malformed, "This is no JSON object in UTF-8.") }
        var fields = try ArchiveFields(object)
        let record = try record(of: ByteString(try fields.string("kind")), &fields)
        try fields.end()
        return record
    }

    private static func record(
        of kind: ByteString, _ fields: inout ArchiveFields
    ) throws(ArchiveError) -> ArchiveRecord {
        switch kind {
        case "parley": return .header(ArchiveHeader(version: try fields.integer("version")))
        case "user": return .user(try user(&fields))
        case "token": return .token(try token(&fields))
        case "chat": return .chat(try chat(&fields))
        case "message": return .message(try message(&fields))
        case "reaction": return .reaction(try reaction(&fields))
        case "file": return .file(try file(&fields))
        case "data": return .data(try data(&fields))
        case "member": return .member(try member(&fields))
        case "end": return .end(try counts(&fields))
        default:
            let name = kind.prefix(atMost: 64)
            throw ArchiveError(.unknownKind, "This parley knows no lines of the kind \(name).")
        }
    }

    private static func user(_ fields: inout ArchiveFields) throws(ArchiveError) -> ArchiveUser {
        let deletedAt = try fields.optionalTime("deleted_at")
        let username = deletedAt == nil ? try fields.string("username") : try fields.optionalString("username")
        let user = User(
            id: UserID(try fields.string("id")), username: username ?? "",
            displayName: try fields.optionalString("display_name"), avatarURL: try fields.optionalString("avatar_url"),
            createdAt: try fields.time("created_at"), lastSeenAt: try fields.optionalTime("last_seen_at"),
            blocked: try fields.flag("blocked"))
        return ArchiveUser(
            user: user, tokensRevokedAt: try fields.optionalTime("tokens_revoked_at"), deletedAt: deletedAt)
    }

    private static func token(_ fields: inout ArchiveFields) throws(ArchiveError) -> TokenRecord {
        TokenRecord(
            id: TokenID(try fields.string("id")), userID: UserID(try fields.string("user_id")),
            label: try fields.optionalString("label"), createdAt: try fields.time("created_at"),
            expiresAt: try fields.time("expires_at"), revokedAt: try fields.optionalTime("revoked_at"))
    }

    private static func chat(_ fields: inout ArchiveFields) throws(ArchiveError) -> ArchiveChat {
        ArchiveChat(
            id: ChatID(try fields.string("id")), name: try fields.optionalString("name"),
            kind: try fields.choice("type", default: .group), createdAt: try fields.time("created_at"),
            pair: try fields.strings("pair").map { UserID($0) }, deletedAt: try fields.optionalTime("deleted_at"))
    }

    private static func message(_ fields: inout ArchiveFields) throws(ArchiveError) -> ArchiveMessage {
        let senderID = try fields.optionalString("sender_id").map { UserID($0) }
        return ArchiveMessage(
            chatID: ChatID(try fields.string("chat_id")),
            id: try fields.optionalString("id").map { MessageID($0) }, seq: try fields.optionalInteger("seq"),
            senderID: senderID, content: try fields.optionalString("content") ?? "",
            kind: try fields.choice("message_type", default: senderID == nil ? .system : .text),
            createdAt: try fields.time("created_at"), clientID: try fields.optionalString("client_id"),
            replyTo: try fields.optionalInteger("reply_to"), editedAt: try fields.optionalTime("edited_at"),
            deletedAt: try fields.optionalTime("deleted_at"))
    }

    private static func reaction(_ fields: inout ArchiveFields) throws(ArchiveError) -> ArchiveReaction {
        ArchiveReaction(
            chatID: ChatID(try fields.string("chat_id")), seq: try fields.integer("seq"),
            userID: UserID(try fields.string("user_id")), emoji: try fields.string("emoji"))
    }

    private static func file(_ fields: inout ArchiveFields) throws(ArchiveError) -> ArchiveFile {
        ArchiveFile(
            chatID: ChatID(try fields.string("chat_id")), seq: try fields.integer("seq"),
            id: try fields.optionalString("id").map { FileID($0) }, name: try fields.string("name"),
            size: try fields.integer("size"), mimeType: try fields.optionalString("mime_type"),
            createdAt: try fields.optionalTime("created_at"), path: try fields.optionalString("path"))
    }

    private static func data(_ fields: inout ArchiveFields) throws(ArchiveError) -> [UInt8] {
        guard let bytes = Data(base64Encoded: try fields.string("base64")) else {
            throw ArchiveError(.invalid, "base64 must be RFC 4648 base64 with its padding.")
        }
        return Array(bytes)
    }

    private static func member(_ fields: inout ArchiveFields) throws(ArchiveError) -> ArchiveMember {
        ArchiveMember(
            chatID: ChatID(try fields.string("chat_id")), userID: UserID(try fields.string("user_id")),
            role: try fields.choice("role", default: .member), joinedAt: try fields.time("joined_at"),
            joinedSeq: try fields.optionalInteger("joined_seq") ?? 0,
            deliveredSeq: try fields.optionalInteger("delivered_seq"),
            deliveredAt: try fields.optionalTime("delivered_at"), readSeq: try fields.optionalInteger("read_seq"),
            readAt: try fields.optionalTime("read_at"))
    }

    private static func counts(_ fields: inout ArchiveFields) throws(ArchiveError) -> ArchiveCounts {
        var counts = ArchiveCounts()
        counts.users = try fields.integer("users")
        counts.tokens = try fields.integer("tokens")
        counts.chats = try fields.integer("chats")
        counts.messages = try fields.integer("messages")
        counts.reactions = try fields.integer("reactions")
        counts.files = try fields.optionalInteger("files") ?? 0
        counts.members = try fields.integer("members")
        return counts
    }
}
