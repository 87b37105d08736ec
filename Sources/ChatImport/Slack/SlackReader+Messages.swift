import ByteText
import ChatCore
import JSON

/// Messages of a day.
extension SlackReader {
    /// What a message is, by its `subtype`.
    private enum Kind {
        case said
        case joined, left
        /// What happened to the channel.
        case notice
        case deleted
        /// An entry of a log of edits, of which the message itself says the outcome.
        case log

        init(_ subtype: ByteString?) {
            switch subtype {
            case "channel_join"?, "group_join"?, "mpim_join"?: self = .joined
            case "channel_leave"?, "group_leave"?, "mpim_leave"?: self = .left
            case "tombstone"?: self = .deleted
            case "message_changed"?, "message_deleted"?, "message_replied"?, "ekm_access_denied"?: self = .log
            case "channel_topic"?, "channel_purpose"?, "channel_name"?, "channel_archive"?, "channel_unarchive"?,
                "group_topic"?, "group_purpose"?, "group_name"?, "group_archive"?, "group_unarchive"?,
                "channel_convert_to_private"?, "channel_convert_to_public"?, "channel_posting_permissions"?,
                "bot_add"?, "bot_remove"?, "pinned_item"?, "unpinned_item"?, "sh_room_created"?, "reminder_add"?,
                "joiner_notification"?, "app_conversation_join"?:
                self = .notice
            default: self = .said
            }
        }
    }

    func message(_ value: JSONValue, _ channel: Channel, _ place: ForeignPlace) throws {
        let type = value.text("type")
        guard value.object != nil, type == nil || type == "message" else {
            return try desk.note(.leftOut, .others, place, "This is no message.")
        }
        guard let time = SlackTime(value.text("ts")) else {
            return try desk.note(.leftOut, .messages, place, "A message has a time, ts.")
        }
        let subtype = value.text("subtype")
        let kind = Kind(subtype)
        switch kind {
        case .joined, .left:
            guard let user = try sender(value, place) else {
                return try desk.note(.leftOut, .others, place, "It does not say who.")
            }
            desk.moved(
                user, channel.id, joined: kind == .joined, at: time.timestamp, isListed: channel.hasMembers)
        case .log: try desk.note(.leftOut, .others, place, "An entry of the log of edits is no message.")
        case .notice:
            let content = try notice(value, place)
            _ = try desk.message(
                ArchiveMessage(
                    chatID: channel.id, seq: time.microseconds, senderID: nil, content: content, kind: .system,
                    createdAt: time.timestamp), files: [], place)
        case .said, .deleted: try said(value, channel, time, isDeleted: kind == .deleted, place)
        }
    }

    /// "alice has set the topic": Slack's own sentence often begins with a mention of who did it.
    private func notice(_ value: JSONValue, _ place: ForeignPlace) throws -> String {
        let said = text.plain(value.text("text") ?? "")
        guard !said.utf8.isEmpty, said.utf8.first != UInt8(ascii: "@"),
            let user = try sender(value, place), let name = desk.username(user)
        else { return said }
        return "@\(name) \(said)"
    }

    private func said(
        _ value: JSONValue, _ channel: Channel, _ time: SlackTime, isDeleted: Bool, _ place: ForeignPlace
    ) throws {
        guard let sender = try sender(value, place) else {
            return try desk.note(.leftOut, .messages, place, "It does not say whose it is.")
        }
        var message = ArchiveMessage(
            chatID: channel.id, seq: time.microseconds, senderID: sender, content: isDeleted ? "" : content(of: value),
            kind: .text, createdAt: time.timestamp)
        if let root = SlackTime(value.text("thread_ts")), root != time { message.replyTo = root.microseconds }
        if isDeleted {
            message.deletedAt = time.timestamp
        } else {
            message.editedAt = SlackTime(value["edited"]?.text("ts"))?.timestamp
        }
        let files = isDeleted ? [] : (value.list("files") + [value["file"]].compactMap(\.self))
        let wanted = files.filter { $0.object != nil }.map { file($0, channel) }
        guard try desk.message(message, files: wanted, place), !isDeleted else { return }
        try reactions(value.list("reactions"), to: message, place)
    }

    private func reactions(_ reactions: [JSONValue], to message: ArchiveMessage, _ place: ForeignPlace) throws {
        for reaction in reactions {
            guard let name = reaction.text("name") else {
                try desk.note(.leftOut, .reactions, place, "A reaction has a name.")
                continue
            }
            let users = reaction.texts("users")
            for user in users {
                try desk.reaction(
                    ArchiveReaction(
                        chatID: message.chatID, seq: message.seq ?? 0, userID: ForeignID.user(user),
                        emoji: ForeignEmoji.reaction(name)), place)
            }
            let unnamed = ForeignText.unnamed(reaction, users.count)
            if unnamed > 0 {
                try desk.note(
                    .leftOut, .reactions, place, "The export does not say whose \(unnamed) reactions are.",
                    count: unnamed)
            }
        }
    }

    /// What somebody wrote; for what programs post without a text, what they show instead.
    private func content(of value: JSONValue) -> String {
        var parts: [String] = []
        if let said = value.text("text") { parts.append(text.plain(said)) }
        for attachment in value.list("attachments")
        where attachment["from_url"] == nil && attachment["original_url"] == nil {
            let shown = [attachment.text("pretext"), attachment.text("title"), attachment.text("text")].compactMap(
                \.self)
            let texts = shown.isEmpty ? [attachment.text("fallback")].compactMap(\.self) : shown
            parts += texts.map { text.plain($0) }
        }
        if parts.isEmpty { parts = Self.texts(in: value.list("blocks")).map { text.plain($0) } }
        if parts.isEmpty, let comment = value["comment"]?.text("comment") { parts = [text.plain(comment)] }
        return parts.filter { !$0.utf8.isEmpty }.joined(separator: "\n")
    }

    /// The texts of blocks, in their order. The parser's bound of nesting is this function's.
    private static func texts(in blocks: [JSONValue]) -> [ByteString] {
        blocks.flatMap { block -> [ByteString] in
            if let text = block.text("text") { return [text] }
            let inner = [block["text"]].compactMap(\.self) + block.list("elements") + block.list("fields")
            return texts(in: inner)
        }
    }

    private func file(_ value: JSONValue, _ channel: Channel) -> ForeignFile {
        let id = (value.text("id") ?? "").prefix(atMost: 64)
        let name = (value.text("name") ?? value.text("title") ?? "file").prefix(atMost: 255)
        // A name is not to lead out of the folder where files lie; no entry has such a path in any case.
        let plain = ForeignFiles.name(of: name)
        let (folder, chat) = (channel.folder, channel.id.bytes)
        var paths: [ByteString] = [
            "\(root)__uploads/\(id)/\(plain)", "\(root)\(folder)/attachments/\(id)-\(plain)",
            "\(root)\(chat)/attachments/\(id)-\(plain)", "\(root)attachments/\(id)-\(plain)",
            "\(root)files/\(id)-\(plain)", "\(root)\(folder)/\(id)-\(plain)", "\(root)\(folder)/attachments/\(plain)",
            "\(root)\(folder)/files/\(plain)", "\(root)attachments/\(plain)", "\(root)files/\(plain)",
            "\(root)uploads/\(plain)",
        ]
        if let local = value.text("url_private"), !local.string.utf8.contains(UInt8(ascii: ":")) {
            paths.append("\(root)\(local.prefix(atMost: 1024))")
        }
        return ForeignFile(
            name: name, mimeType: value.text("mimetype"), paths: paths,
            names: id.isEmpty ? [] : ["\(id)-\(plain)", "\(id)_\(plain)"])
    }
}
