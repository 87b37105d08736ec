import ByteText
import ChatCore
import JSON

/// Reads a Slack workspace export.
///
/// 1. `users.json` lists the people; `channels.json`, `groups.json` (private channels), `mpims.json` (several people)
///    and `dms.json` (two) list the chats. Each is an array.
/// 2. Each chat has a folder, named as the channel or, of direct ones, by the id; in it a file for each day, named by
///    the date: an array of messages.
/// 3. A message is known in its channel by `ts`; one in a thread names that of the thread's first in `thread_ts`.
/// 4. Slack exports no files; tools that add them put them at `__uploads/ID/NAME` or `CHANNEL/attachments/ID-NAME`.
final class SlackReader {
    struct Channel {
        var id: ChatID
        /// The members are listed: joins and leaves say only since when.
        var hasMembers: Bool
        var folder: ByteString
    }

    /// Files beside the lists that say nothing of chats.
    private static let otherFiles: Set<ByteString> = [
        "integration_logs.json", "canvases.json", "canvases_in_conversations.json", "file_conversations.json",
        "huddle_transcripts.json", "lists.json", "org_users.json", "external_users.json", "workspace_info.json",
    ]

    let desk: ForeignDesk
    let root: ByteString
    private let elements: ForeignElements
    private var channels: [ByteString: Channel] = [:]
    private var channelNames: [ByteString: ByteString] = [:]

    init(_ desk: ForeignDesk, _ meter: ReadingMeter) throws(ForeignSourceError) {
        self.desk = desk
        elements = ForeignElements(desk: desk, meter: meter)
        let lists: Set<ByteString> = ["users.json", "channels.json", "groups.json", "dms.json", "mpims.json"]
        let found = desk.source.entries.map(\.path).filter { lists.contains(ForeignFiles.name(of: $0)) }
            .map { ForeignFiles.folder(of: $0) }
        guard let root = found.min(by: { ($0.count, $0) < ($1.count, $1) }) else {
            throw ForeignSourceError("this is no Slack export: there is no users.json and no channels.json in it")
        }
        self.root = root
    }

    func run() throws {
        try list("users.json", .users, user)
        try list("org_users.json", .users, user)
        for (file, isDirect) in [
            ("channels.json", false), ("groups.json", false), ("mpims.json", true), ("dms.json", true),
        ] {
            try list(ByteString(file), .chats) { try self.chat($0, isDirect: isDirect, $1) }
        }
        for (index, entry) in desk.source.entries.enumerated() { try look(at: entry.path, index) }
    }

    private func list(
        _ name: ByteString, _ subject: ForeignSubject, _ body: (JSONValue, ForeignPlace) throws -> Void
    ) throws {
        guard let entry = desk.files.entry("\(root)\(name)") else { return }
        try elements.each(of: entry, subject) { try body($0.value, $1) }
    }

    private func user(_ value: JSONValue, _ place: ForeignPlace) throws {
        guard let id = value.text("id") else {
            return try desk.note(.leftOut, .users, place, "A user has an id.")
        }
        try user(id, value, blocked: value.flag("deleted"), place)
    }

    /// - Parameter value: a user, or what a message says of one.
    private func user(_ id: ByteString, _ value: JSONValue, blocked: Bool = false, _ place: ForeignPlace) throws {
        let profile = value["profile"] ?? value
        let display = profile.text("display_name") ?? profile.text("real_name") ?? value.text("real_name")
        try desk.user(
            ForeignID.user(id), name: value.text("name") ?? display ?? id, display: display,
            avatar: profile.text("image_512") ?? profile.text("image_192") ?? profile.text("image_72"),
            createdAt: nil, blocked: blocked, place)
    }

    private func chat(_ value: JSONValue, isDirect: Bool, _ place: ForeignPlace) throws {
        guard let id = value.text("id") else {
            return try desk.note(.leftOut, .chats, place, "A channel has an id.")
        }
        let chat = ForeignID.chat(id)
        let created = value.integer("created").flatMap { (0...99_999_999_999).contains($0) ? $0 : nil }
        let members = value.texts("members")
        let name = value.text("name")
        try desk.chat(chat, name: name, createdAt: created.map { Timestamp(milliseconds: $0 * 1000) }, place)
        for member in members where !desk.knows(ForeignID.user(member)) {
            try desk.user(ForeignID.user(member), name: member, createdAt: nil, place)
            try desk.note(.remark, .users, place, "\(member.prefix(atMost: 64)) is in no list of users.", count: 0)
        }
        let creator = value.text("creator").map { ForeignID.user($0) }
        let users = members.map { ForeignID.user($0) }
        for user in users { desk.member(user, of: chat, role: user == creator && !isDirect ? .owner : .member) }
        let names = members.compactMap { desk.username(ForeignID.user($0)) }
        if isDirect {
            if Set(users).count == 2 {
                desk.pair(Array(Set(users)).sorted(), of: chat)
            } else {
                desk.rename(chat, ByteString(names.map(\.string).joined(separator: ", ")))
            }
        }
        let folder = name ?? id
        let channel = Channel(id: chat, hasMembers: value["members"] != nil, folder: folder)
        channels[folder] = channel
        if channels[id] == nil { channels[id] = channel }
        channelNames[id] = name
        try remarks(on: value, place)
    }

    /// What a channel has that there is not here.
    private func remarks(on channel: JSONValue, _ place: ForeignPlace) throws {
        let pins = channel.list("pins").count
        if pins > 0 { try desk.note(.remark, .others, place, "\(pins) pins are not taken.", count: 0) }
        if channel.flag("is_archived") {
            try desk.note(
                .remark, .chats, place, "The channel was archived; here it is a chat as all others.", count: 0)
        }
        for field: ByteString in ["topic", "purpose"] where channel[field]?.text("value") != nil {
            try desk.note(.remark, .others, place, "The \(field) of the channel is not taken.", count: 0)
        }
    }

    /// A file in a channel's folder is a day of it.
    private func look(at path: ByteString, _ entry: Int) throws {
        guard path.utf8.starts(with: root.utf8), path.utf8.suffix(5).elementsEqual(".json".utf8) else { return }
        let parts = path.utf8.dropFirst(root.count).split(separator: UInt8(ascii: "/")).map { ByteString(decoding: $0) }
        switch parts.count {
        case 1:
            if Self.otherFiles.contains(parts[0]), parts[0] != "org_users.json" {
                try desk.note(.remark, .others, ForeignPlace(entry: entry), "It is nothing that is taken.", count: 0)
            }
        case 2:
            guard let channel = channels[parts[0]] else {
                if Self.isDay(parts[1]) {
                    try desk.note(
                        .leftOut, .others, ForeignPlace(entry: entry), "No list names a channel of this folder.")
                }
                return
            }
            try elements.each(of: entry, .messages) { try self.message($0.value, channel, $1) }
        default: break
        }
    }

    /// `2024-01-31.json`.
    private static func isDay(_ name: ByteString) -> Bool {
        name.count == 15 && name.utf8.prefix(10).allSatisfy { (0x2D...0x39).contains($0) }
    }

    // MARK: What messages ask for

    var text: SlackText {
        SlackText(
            user: { [desk] in desk.username(ForeignID.user($0)) }, channel: { [channelNames] in channelNames[$0] })
    }

    /// Who a message is of; one who is in no list is made of what the message says.
    func sender(_ message: JSONValue, _ place: ForeignPlace) throws -> UserID? {
        let comment = message["comment"]?.text("user")
        if let id = message.text("user") ?? comment {
            let user = ForeignID.user(id)
            if !desk.knows(user) {
                try self.user(id, message["user_profile"] ?? message["bot_profile"] ?? .object(JSONObject()), place)
            }
            return desk.knows(user) ? user : nil
        }
        let name = message.text("username") ?? message["bot_profile"]?.text("name")
        guard let id = message.text("bot_id") ?? name.map({ ByteString("bot-\($0.prefix(atMost: 200))") }) else {
            return nil
        }
        let user = ForeignID.user(id)
        try desk.user(
            user, name: name ?? id, display: name, avatar: message["bot_profile"]?["icons"]?.text("image_72"),
            createdAt: nil, place)
        return desk.knows(user) ? user : nil
    }
}

@available(*, unavailable)
extension SlackReader: Sendable {}
