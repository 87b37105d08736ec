import ByteText
import ChatCore
import JSON

/// Posts, with what hangs on them.
extension MattermostReader {
    private enum Kind {
        case said
        case joined, left
        /// What happened to the channel.
        case notice
    }

    func post(_ value: JSONValue, _ chat: ChatID?, _ place: ForeignPlace) throws {
        guard let chat else { return }
        let root = try message(value, chat, answering: nil, place)
        for reply in value.list("replies") { _ = try message(reply, chat, answering: root, place) }
        if value.flag("is_pinned") || !value.texts("flagged_by").isEmpty {
            try desk.note(.remark, .others, place, "Pins and saved marks are not taken.", count: 0)
        }
    }

    /// - Parameter root: key of the message that it answers.
    /// - Returns: its key; `nil`: it is no message.
    private func message(
        _ value: JSONValue, _ chat: ChatID, answering root: Int64?, _ place: ForeignPlace
    ) throws -> Int64? {
        guard let name = value.text("user"), let sender = try known(name, place) else {
            try desk.note(.leftOut, .messages, place, "It does not say whose it is.")
            return nil
        }
        guard let time = time(value, "create_at") else {
            try desk.note(.leftOut, .messages, place, "A post has a time, create_at.")
            return nil
        }
        switch Self.kind(value) {
        case .said: break
        case .joined, .left:
            let isJoin = Self.kind(value) == .joined
            let props = value["props"]
            let other = props?.text(isJoin ? "addedUsername" : "removedUsername") ?? props?.text("username")
            let user = try other.map { try known($0, place) } ?? sender
            if let user { desk.moved(user, chat, joined: isJoin, at: time, isListed: true) }
            return nil
        case .notice:
            let content = value.text("message")?.string ?? ""
            let message = ArchiveMessage(
                chatID: chat, seq: nextKey(chat), senderID: nil, content: content, kind: .system, createdAt: time)
            return try desk.message(message, files: [], place) ? message.seq : nil
        }
        var message = ArchiveMessage(
            chatID: chat, seq: nextKey(chat), senderID: sender, content: Self.content(of: value), kind: .text,
            createdAt: time, replyTo: root)
        let edited = self.time(value, "edit_at")
        if let edited, edited > time { message.editedAt = edited }
        message.deletedAt = self.time(value, "delete_at")
        if message.deletedAt != nil { message.content = "" }
        let files = message.deletedAt == nil ? value.list("attachments").compactMap { $0.text("path") } : []
        guard try desk.message(message, files: files.map { file($0) }, place) else { return nil }
        if message.deletedAt == nil { try reactions(value.list("reactions"), to: message, place) }
        return message.seq
    }

    private static func kind(_ post: JSONValue) -> Kind {
        guard let type = post.text("type")?.prefix(atMost: 64), type.utf8.starts(with: "system_".utf8) else {
            return .said
        }
        switch type {
        case "system_join_channel", "system_add_to_channel", "system_join_team", "system_add_to_team",
            "system_guest_join_channel", "system_add_guest_to_chan":
            return .joined
        case "system_leave_channel", "system_remove_from_channel", "system_leave_team", "system_remove_from_team":
            return .left
        default: return .notice
        }
    }

    /// What programs post is in the text or in `props.attachments`.
    private static func content(of post: JSONValue) -> String {
        var parts = [post.text("message")].compactMap(\.self)
        for attachment in post["props"]?.list("attachments") ?? [] {
            let shown = [attachment.text("pretext"), attachment.text("title"), attachment.text("text")].compactMap(
                \.self)
            parts += shown.isEmpty ? [attachment.text("fallback")].compactMap(\.self) : shown
        }
        return parts.map(\.string).joined(separator: "\n")
    }

    private func reactions(_ reactions: [JSONValue], to message: ArchiveMessage, _ place: ForeignPlace) throws {
        for reaction in reactions {
            guard let name = reaction.text("emoji_name"), let userName = reaction.text("user"),
                let user = try known(userName, place)
            else {
                try desk.note(.leftOut, .reactions, place, "A reaction has a user and a name.")
                continue
            }
            try desk.reaction(
                ArchiveReaction(
                    chatID: message.chatID, seq: message.seq ?? 0, userID: user, emoji: ForeignEmoji.reaction(name)),
                place)
        }
    }

    private func file(_ path: ByteString) -> ForeignFile {
        let path = path.prefix(atMost: 1024)
        return ForeignFile(
            name: ForeignFiles.name(of: path), mimeType: nil,
            paths: ["\(folder)data/\(path)", "\(folder)\(path)", "data/\(path)", path, "\(folder)files/\(path)"])
    }
}
