import ByteText
import ChatCore
import JSON
import NIOCore

/// Reads a Mattermost bulk export: JSON lines, each `{"type": T, T: {…}}`, in the order version, teams, channels, users
/// with their memberships, posts with their replies, direct channels, direct posts. Nothing has an id: users are known
/// by their names, channels by their team and name, direct channels by their members.
final class MattermostReader {
    private let meter: ReadingMeter
    let desk: ForeignDesk
    /// The last key given to a message of each chat: replies stand in their post, so that nothing is looked up.
    private var keys: [ChatID: Int64] = [:]
    /// Where the files of the entry being read lie.
    private(set) var folder: ByteString = ""
    private var isRecognized = false

    init(_ desk: ForeignDesk, _ meter: ReadingMeter) {
        self.desk = desk
        self.meter = meter
    }

    func run() throws {
        let entries = desk.source.entries
        let texts = entries.indices.filter { entries[$0].path.utf8.suffix(6).elementsEqual(".jsonl".utf8) }
        for entry in texts.isEmpty && entries.count == 1 ? [0] : texts {
            folder = ForeignFiles.folder(of: entries[entry].path)
            try read(entry)
        }
        guard isRecognized else {
            throw ForeignSourceError("this is no Mattermost bulk export: there are no lines in it with a type")
        }
    }

    private func read(_ entry: Int) throws {
        do {
            var lines = TextLines(try meter.open(entry))
            while let (text, isTooLong) = try lines.next() {
                let place = ForeignPlace(entry: entry, item: lines.number)
                if isTooLong {
                    try desk.note(.leftOut, .others, place, "A line has at most \(TextLines.longest) bytes.")
                    continue
                }
                guard text.readableBytesView.contains(where: { $0 > 0x20 }) else { continue }
                guard let value = JSONValue.ofForeign(text) else {
                    try desk.note(.leftOut, .others, place, "This is no JSON, or too deep.")
                    continue
                }
                try line(value, place)
            }
        } catch let error as ArchiveError {
            try desk.note(.leftOut, .others, ForeignPlace(entry: entry), error.message)
        }
    }

    private func line(_ value: JSONValue, _ place: ForeignPlace) throws {
        guard let type = value.text("type")?.prefix(atMost: 32), let body = value[type] else {
            return try desk.note(.leftOut, .others, place, "A line has a type, and something of that name.")
        }
        isRecognized = true
        switch type {
        case "version", "info", "team", "role", "scheme": break
        case "channel": try channel(body, place)
        case "user": try user(body, place)
        case "bot": try bot(body, place)
        case "direct_channel": _ = try direct(body, "members", place)
        case "post": try post(body, try channel(of: body, place), place)
        case "direct_post": try post(body, try direct(body, "channel_members", place), place)
        case "emoji":
            try desk.note(
                .remark, .others, place, "The picture of an emoji is not taken; reactions keep its name.", count: 0)
        default: try desk.note(.leftOut, .others, place, "No line of the type \(type) is known here.")
        }
    }

    // MARK: Channels and people

    private static func id(team: ByteString?, channel: ByteString) -> ChatID {
        ForeignID.chat("\(team ?? ""):\(channel)")
    }

    private func channel(_ value: JSONValue, _ place: ForeignPlace) throws {
        guard let name = value.text("name") else {
            return try desk.note(.leftOut, .chats, place, "A channel has a name.")
        }
        try desk.chat(
            Self.id(team: value.text("team"), channel: name), name: value.text("display_name") ?? name,
            createdAt: nil, place)
        for field: ByteString in ["header", "purpose"] where value.text(field) != nil {
            try desk.note(.remark, .others, place, "The \(field) of the channel is not taken.", count: 0)
        }
        if (value.integer("deleted_at") ?? value.integer("delete_at") ?? 0) > 0 {
            try desk.note(
                .remark, .chats, place, "The channel was archived; here it is a chat as all others.", count: 0)
        }
    }

    private func channel(of post: JSONValue, _ place: ForeignPlace) throws -> ChatID? {
        guard let name = post.text("channel") else {
            try desk.note(.leftOut, .messages, place, "A post has a channel.")
            return nil
        }
        let chat = Self.id(team: post.text("team"), channel: name)
        guard desk.state(of: chat) != nil else {
            try desk.note(.leftOut, .messages, place, "No line before makes the channel \(name.prefix(atMost: 64)).")
            return nil
        }
        return chat
    }

    private func user(_ value: JSONValue, _ place: ForeignPlace) throws {
        guard let name = value.text("username") else {
            return try desk.note(.leftOut, .users, place, "A user has a username.")
        }
        let full = ForeignText.join([value.text("first_name"), value.text("last_name")], by: " ")
        try desk.user(
            ForeignID.user(name), name: name,
            display: value.text("nickname") ?? (full.utf8.isEmpty ? nil : ByteString(full)),
            createdAt: time(value, "create_at"), blocked: (value.integer("delete_at") ?? 0) > 0, place)
        for team in value.list("teams") {
            for channel in team.list("channels") {
                guard let channelName = channel.text("name") else { continue }
                let chat = Self.id(team: team.text("name"), channel: channelName)
                guard desk.state(of: chat) != nil else {
                    try desk.note(
                        .leftOut, .members, place, "No line before makes the channel \(channelName.prefix(atMost: 64))."
                    )
                    continue
                }
                let roles = (channel.text("roles") ?? "").utf8.split(separator: UInt8(ascii: " "))
                let isAdmin = channel.flag("scheme_admin") || roles.contains { $0.elementsEqual("channel_admin".utf8) }
                desk.member(ForeignID.user(name), of: chat, role: isAdmin ? .admin : .member)
            }
        }
    }

    private func bot(_ value: JSONValue, _ place: ForeignPlace) throws {
        guard let name = value.text("username") else {
            return try desk.note(.leftOut, .users, place, "A bot has a username.")
        }
        try desk.user(
            ForeignID.user(name), name: name, display: value.text("display_name"), createdAt: nil,
            blocked: (value.integer("delete_at") ?? 0) > 0, place)
    }

    /// Somebody who is named. Bots are in no list of older exports.
    func known(_ name: ByteString, _ place: ForeignPlace) throws -> UserID? {
        let user = ForeignID.user(name)
        if !desk.knows(user) {
            try desk.user(user, name: name, createdAt: nil, place)
            try desk.note(.remark, .users, place, "\(name.prefix(atMost: 64)) is in no list of users.", count: 0)
        }
        return desk.knows(user) ? user : nil
    }

    private func direct(_ value: JSONValue, _ field: ByteString, _ place: ForeignPlace) throws -> ChatID? {
        var names = value.texts(field)
        if names.isEmpty { names = value.list("participants").compactMap { $0.text("username") } }
        names = Array(Set(names)).sorted()
        guard !names.isEmpty else {
            try desk.note(.leftOut, field == "members" ? .chats : .messages, place, "A direct channel has members.")
            return nil
        }
        let joined = names.map(\.string).joined(separator: ":")
        let chat = ForeignID.chat("direct:\(joined)")
        guard desk.state(of: chat) == nil else { return chat }
        let users = try names.compactMap { try known($0, place) }
        let title = names.map(\.string).joined(separator: ", ")
        try desk.chat(chat, name: ByteString(title), createdAt: nil, place)
        if users.count == 2, names.count == 2 { desk.pair(users, of: chat) }
        for user in users { desk.member(user, of: chat) }
        return chat
    }

    // MARK: What posts ask for

    func nextKey(_ chat: ChatID) -> Int64 {
        keys[chat, default: 0] += 1
        return keys[chat, default: 0]
    }

    /// Milliseconds since 1970; 0 is none.
    func time(_ value: JSONValue, _ field: ByteString) -> Timestamp? {
        value.integer(field).flatMap { (1...253_402_300_799_999).contains($0) ? Timestamp(milliseconds: $0) : nil }
    }
}

@available(*, unavailable)
extension MattermostReader: Sendable {}
