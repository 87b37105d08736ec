import ByteText
import ChatCore
import JSON

/// Reads what DiscordChatExporter writes as JSON: an object for each channel (or part of one), with `guild`, `channel`
/// and `messages`. There is no list of users or members: those who wrote and reacted are both.
final class DiscordReader {
    /// The channel that is being read.
    struct Channel {
        var id: ChatID
        /// As the export has it.
        var key: ByteString
        var isDirect: Bool
    }

    let desk: ForeignDesk
    private let elements: ForeignElements
    /// Who wrote in a direct chat, up to three: two make it one.
    private var pairs: [ChatID: Set<UserID>] = [:]
    private var pins: [ChatID: (count: Int64, place: ForeignPlace)] = [:]

    init(_ desk: ForeignDesk, _ meter: ReadingMeter) {
        self.desk = desk
        elements = ForeignElements(desk: desk, meter: meter)
    }

    func run() throws {
        let entries = desk.source.entries
        var isRecognized = false
        for entry in entries.indices
        where entries.count == 1 || entries[entry].path.utf8.suffix(5).elementsEqual(".json".utf8) {
            // A JSON file beside them that is something else may have been sent with a message.
            if try read(entry) {
                isRecognized = true
            } else {
                try desk.note(
                    .leftOut, .others, ForeignPlace(entry: entry), "It has no channel as DiscordChatExporter writes it."
                )
            }
        }
        guard isRecognized else {
            throw ForeignSourceError("this is no export of DiscordChatExporter: there is no JSON with a channel in it")
        }
        for (chat, users) in pairs {
            if users.count == 2 { desk.pair(users.sorted(), of: chat) }
        }
        for (_, pinned) in pins.sorted(by: { $0.key < $1.key }) {
            try desk.note(.remark, .others, pinned.place, "\(pinned.count) pins are not taken.", count: 0)
        }
    }

    /// - Returns: whether there was a channel in it.
    private func read(_ entry: Int) throws -> Bool {
        var channel: Channel?
        try elements.each(of: entry, lists: ["messages"], .messages) { element, place in
            switch element.name?.prefix(atMost: 32) {
            case "channel": channel = try self.channel(element.value, place)
            case "messages":
                guard let channel else {
                    return try desk.note(.leftOut, .messages, place, "The file does not say before of which channel.")
                }
                try message(element.value, channel, place)
            default: break
            }
        }
        return channel != nil
    }

    private func channel(_ value: JSONValue, _ place: ForeignPlace) throws -> Channel? {
        guard let key = value.identifier("id") else { return nil }
        let id = ForeignID.chat(key)
        let type = value.text("type") ?? ""
        let name = value.text("name") ?? key
        let isThread = type.utf8.suffix(6).elementsEqual("Thread".utf8)
        // A thread is a channel below another.
        let title = isThread ? ForeignText.join([value.text("category"), name], by: " / ") : name.string
        let isDirect = type == "DirectTextChat"
        if try desk.chat(id, name: ByteString(title), createdAt: nil, place) == .open {
            if isDirect, pairs[id] == nil { pairs[id] = [] }
            if value.text("topic") != nil {
                try desk.note(.remark, .others, place, "The topic of the channel is not taken.", count: 0)
            }
        }
        return Channel(id: id, key: key, isDirect: isDirect)
    }

    // MARK: What messages ask for

    /// Somebody who wrote or reacted.
    func known(_ value: JSONValue?, _ place: ForeignPlace) throws -> UserID? {
        guard let value, let key = value.identifier("id") else { return nil }
        let user = ForeignID.user(key)
        if !desk.knows(user) {
            let name = value.text("name") ?? key
            try desk.user(
                user, name: name, display: value.text("nickname") ?? name, avatar: value.text("avatarUrl"),
                createdAt: nil, place)
        }
        return desk.knows(user) ? user : nil
    }

    func wrote(_ user: UserID, in channel: Channel) {
        guard channel.isDirect, let users = pairs[channel.id], users.count < 3 else { return }
        pairs[channel.id]?.insert(user)
    }

    func pinned(in channel: Channel, _ place: ForeignPlace) {
        pins[channel.id, default: (0, place)].count += 1
    }
}

@available(*, unavailable)
extension DiscordReader: Sendable {}
