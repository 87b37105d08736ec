import ByteText
import ChatCore
import JSON

/// The messages of a channel.
extension DiscordReader {
    func message(_ value: JSONValue, _ channel: Channel, _ place: ForeignPlace) throws {
        guard value.object != nil, let id = value.identifier("id"), let key = Int64(id.prefix(atMost: 20).string) else {
            return try desk.note(.leftOut, .messages, place, "A message has an id that is a number.")
        }
        guard let time = DiscordTime.timestamp(value.text("timestamp")) else {
            return try desk.note(.leftOut, .messages, place, "A message has a time with its offset, timestamp.")
        }
        guard let author = try known(value["author"], place) else {
            return try desk.note(.leftOut, .messages, place, "It does not say whose it is.")
        }
        switch value.text("type")?.prefix(atMost: 64) ?? "Default" {
        case "RecipientAdd", "GuildMemberJoin", "RecipientRemove":
            let isJoin = value.text("type") != "RecipientRemove"
            let moved = try value.list("mentions").first.flatMap { try known($0, place) } ?? author
            desk.moved(moved, channel.id, joined: isJoin, at: time, isListed: false)
        case "ChannelPinnedMessage": break
        case "Default", "Reply", "ThreadStarterMessage", "ApplicationCommand", "ChatInputCommand", "ContextMenuCommand",
            "20", "23":
            try said(value, key, author, time, channel, place)
        default:
            let name = desk.username(author)?.string ?? ""
            let message = ArchiveMessage(
                chatID: channel.id, seq: key, senderID: nil,
                content: "@\(name): \(text(value.text("content") ?? value.text("type") ?? "", value))", kind: .system,
                createdAt: time)
            _ = try desk.message(message, files: [], place)
        }
        if value.flag("isPinned") { pinned(in: channel, place) }
    }

    private func said(
        _ value: JSONValue, _ key: Int64, _ author: UserID, _ time: Timestamp, _ channel: Channel, _ place: ForeignPlace
    ) throws {
        wrote(author, in: channel)
        desk.wrote(author, channel.id, at: time)
        var message = ArchiveMessage(
            chatID: channel.id, seq: key, senderID: author, content: content(of: value), kind: .text, createdAt: time)
        message.editedAt = DiscordTime.timestamp(value.text("timestampEdited"))
        if let reference = value["reference"], let answered = reference.identifier("messageId"),
            reference.identifier("channelId").map({ $0 == channel.key }) ?? true
        {
            message.replyTo = Int64(answered.prefix(atMost: 20).string)
        }
        let files = value.list("attachments").map { file($0, place) }
        guard try desk.message(message, files: files, place) else { return }
        try reactions(value.list("reactions"), to: message, channel, place)
    }

    /// What somebody wrote; for what has no text, what is shown instead.
    private func content(of value: JSONValue) -> String {
        var parts = [value.text("content").map { text($0, value) }].compactMap(\.self)
        parts += value.list("stickers").compactMap { $0.text("name") }.map { ":\($0):" }
        if parts.isEmpty {
            for embed in value.list("embeds") {
                let shown = ForeignText.join(
                    [embed.text("title"), embed.text("description"), embed.text("url")], by: "\n")
                if !shown.utf8.isEmpty { parts.append(shown) }
            }
        }
        return parts.joined(separator: "\n")
    }

    /// Mentions as people read them: the exporter has resolved them, unless it was told not to.
    private func text(_ content: ByteString, _ message: JSONValue) -> String {
        guard content.utf8.contains(UInt8(ascii: "<")) else { return content.string }
        let mentions = message.list("mentions")
        return DiscordText { id in
            if let name = self.desk.username(ForeignID.user(id)) { return name }
            return mentions.first { $0.identifier("id") == id }.flatMap { $0.text("name") }
        }.plain(content)
    }

    private func reactions(
        _ reactions: [JSONValue], to message: ArchiveMessage, _ channel: Channel, _ place: ForeignPlace
    ) throws {
        for reaction in reactions {
            guard let emoji = reaction["emoji"], let name = emoji.text("name") else {
                try desk.note(.leftOut, .reactions, place, "A reaction has an emoji with a name.")
                continue
            }
            let isCustom = emoji.identifier("id") != nil
            let users = reaction.list("users")
            for user in users {
                guard let id = try known(user, place) else { continue }
                try desk.reaction(
                    ArchiveReaction(
                        chatID: message.chatID, seq: message.seq ?? 0, userID: id,
                        emoji: isCustom ? ":\(name.prefix(atMost: 62)):" : name.prefix(atMost: 128).string), place)
            }
            let unnamed = ForeignText.unnamed(reaction, users.count)
            if unnamed > 0 {
                try desk.note(
                    .leftOut, .reactions, place, "The export does not say whose \(unnamed) reactions are.",
                    count: unnamed)
            }
        }
    }

    /// With `--media` the address of a file is its path from the JSON, in which some bytes are written as `%20`.
    private func file(_ value: JSONValue, _ place: ForeignPlace) -> ForeignFile {
        let name = (value.text("fileName") ?? "file").prefix(atMost: 255)
        let id = (value.identifier("id") ?? "").prefix(atMost: 64)
        let folder = ForeignFiles.folder(of: desk.source.entries[place.entry].path)
        var paths: [ByteString] = []
        if let url = value.text("url"), !url.utf8.starts(with: "http".utf8) {
            for form in [url.prefix(atMost: 2048), PercentText.decoded(url.prefix(atMost: 2048))] {
                paths += [ByteString("\(folder)\(form)"), form]
            }
        }
        return ForeignFile(
            name: name, mimeType: nil, paths: paths,
            names: id.isEmpty ? [] : ["\(id)-\(name)", "\(id)_\(name)"])
    }
}
