import ByteText
import ChatCore

/// Where the readers of all formats hand in what they found: it makes each user, chat and member once, keeps usernames
/// apart, finds files, and says what was left out.
final class ForeignDesk {
    enum ChatState {
        /// Its messages are taken.
        case open
        /// An earlier import, or somebody else, made it: nothing is added to it.
        case there
        case refused
    }

    /// Since when somebody is in a chat, and whether they still are.
    private struct Membership {
        var isMember: Bool
        var since: Timestamp?
        var role: Member.Role
        /// Of the join or leave that said so.
        var latest: Timestamp?
    }

    /// A chat, until everything was read: of many an export says only by their messages since when they are there, and
    /// who is in them.
    private struct MadeChat {
        var state: ChatState
        var chat: ArchiveChat
        /// Whether the export says when it was made.
        var isDated: Bool
        var place: ForeignPlace
    }

    let source: any ForeignSource
    let files: ForeignFiles
    private let target: any ArchiveTarget
    private let notes: ForeignNotes
    /// Whether bytes of files are taken; else files are only counted.
    private let withBytes: Bool
    private var users: [UserID: ByteString] = [:]
    /// How many have the username already, of those that came twice.
    private var numbers: [ByteString: Int] = [:]
    private var chats: [ChatID: MadeChat] = [:]
    private var members: [ChatID: [UserID: Membership]] = [:]
    private var order: [ChatID] = []
    private var countedFiles: Int64 = 0

    init(_ source: any ForeignSource, _ target: any ArchiveTarget, _ notes: ForeignNotes, withBytes: Bool) {
        self.source = source
        self.target = target
        self.notes = notes
        self.withBytes = withBytes
        files = ForeignFiles(source.entries)
    }

    func note(
        _ kind: ForeignNote.Kind, _ subject: ForeignSubject, _ place: ForeignPlace, _ reason: String, count: Int64 = 1
    ) throws {
        try notes.add(kind, subject, place, reason, count: count)
    }

    /// - Returns: whether it was taken.
    private func give(_ record: ArchiveRecord, _ subject: ForeignSubject, _ place: ForeignPlace) throws -> Bool {
        do {
            try target.take(record, ArchiveMark(line: place.packed))
            return true
        } catch let error as ArchiveError {
            try note(.leftOut, subject, place, error.message)
            return false
        }
    }

    func begin() throws {
        _ = try give(.header(ArchiveHeader()), .others, ForeignPlace(entry: 0))
        for refusal in source.refused { try notes.add(.leftOut, .others, path: refusal.path, refusal.reason) }
    }

    // MARK: Users

    func knows(_ user: UserID) -> Bool { users[user] != nil }

    /// What texts call somebody; `nil`: nobody is known by that id.
    func username(_ user: UserID) -> ByteString? { users[user] }

    /// Makes a user, once; the username gets a number where it is taken.
    ///
    /// - Parameter name: the username wanted.
    func user(
        _ id: UserID, name: ByteString, display: ByteString? = nil, avatar: ByteString? = nil, createdAt: Timestamp?,
        blocked: Bool = false, _ place: ForeignPlace
    ) throws {
        guard users[id] == nil else { return }
        let wanted = ForeignNames.username(name) ?? String(id.rawValue.prefix(64))
        var user = User(
            id: id, username: wanted, displayName: ForeignNames.name(display),
            avatarURL: ForeignNames.avatar(avatar), createdAt: createdAt ?? notes.now,
            lastSeenAt: nil, blocked: blocked)
        let key = ByteString(wanted)
        var number = numbers[key] ?? 1
        if number > 1 { user.username = ForeignNames.numbered(wanted, number) }
        while true {
            switch try target.standing(of: ArchiveUser(user: user)) {
            case .sameID:
                users[id] = ByteString(wanted)
                return try note(.there, .users, place, "There is a user of the id \(id) already, who stays as is.")
            case .nameTaken:
                number += 1
                user.username = ForeignNames.numbered(wanted, number)
                continue
            case .new: break
            }
            break
        }
        guard try give(.user(ArchiveUser(user: user)), .users, place) else { return }
        users[id] = ByteString(user.username)
        // Others of the name need not look for theirs from the beginning.
        numbers[key] = number + 1
        if number > 1 || ByteString(wanted) != name {
            try note(.remark, .users, place, "\(name.prefix(atMost: 64)) is \(user.username) here.", count: 0)
        }
    }

    // MARK: Chats and members

    func state(of chat: ChatID) -> ChatState? { chats[chat]?.state }

    /// Makes a group, which ``pair(_:of:)`` may make a direct chat.
    ///
    /// - Parameter createdAt: `nil`: as its first message.
    /// - Returns: what is to be done with its messages.
    @discardableResult
    func chat(_ id: ChatID, name: ByteString?, createdAt: Timestamp?, _ place: ForeignPlace) throws -> ChatState {
        if let known = chats[id] { return known.state }
        let chat = ArchiveChat(
            id: id, name: ForeignNames.name(name), kind: .group, createdAt: createdAt ?? notes.now)
        var state = ChatState.open
        if try target.standing(of: chat) == .sameID {
            state = .there
            try note(
                .there, .chats, place,
                "There is a chat of the id \(id) already: nothing is added to it. (Was this imported before?)")
        }
        chats[id] = MadeChat(state: state, chat: chat, isDated: createdAt != nil, place: place)
        members[id] = [:]
        order.append(id)
        return state
    }

    /// The chat is the direct one of these two, who are known.
    func pair(_ users: [UserID], of id: ChatID) {
        chats[id]?.chat.kind = .direct
        chats[id]?.chat.pair = users
        chats[id]?.chat.name = nil
    }

    func rename(_ id: ChatID, _ name: ByteString) { chats[id]?.chat.name = ForeignNames.name(name) }

    /// Writes a chat, now that all of it is known. A direct one of two who have another here is a group.
    private func write(_ made: MadeChat) throws -> Bool {
        var chat = made.chat
        do {
            if try target.standing(of: chat) == .nameTaken {
                let names = chat.pair.compactMap { users[$0]?.string }.joined(separator: ", ")
                chat.name = ForeignNames.name(ByteString(names))
                (chat.kind, chat.pair) = (.group, [])
                try note(
                    .remark, .chats, made.place, "The two have a direct chat here already: this one is a group.",
                    count: 0)
            }
        } catch let error as ArchiveError {
            try note(.leftOut, .chats, made.place, error.message)
            return false
        }
        return try give(.chat(chat), .chats, made.place)
    }

    /// Somebody who is in a chat.
    func member(_ user: UserID, of chat: ChatID, since: Timestamp? = nil, role: Member.Role = .member) {
        guard chats[chat]?.state == .open else { return }
        var membership = members[chat]?[user] ?? Membership(isMember: true, since: since, role: role)
        membership.isMember = true
        if role != .member { membership.role = role }
        membership.since = since ?? membership.since
        members[chat]?[user] = membership
    }

    /// Somebody came or went, says the chat.
    ///
    /// - Parameter isListed: there is a list of the members, and what it says holds.
    func moved(_ user: UserID, _ chat: ChatID, joined: Bool, at time: Timestamp, isListed: Bool) {
        guard chats[chat]?.state == .open else { return }
        guard var membership = members[chat]?[user] else {
            if !isListed {
                members[chat]?[user] = Membership(
                    isMember: joined, since: joined ? time : nil, role: .member, latest: time)
            }
            return
        }
        if let latest = membership.latest, latest > time { return }
        membership.latest = time
        if joined { membership.since = time }
        if !isListed { membership.isMember = joined }
        members[chat]?[user] = membership
    }

    /// Somebody wrote, where nothing lists the members: a member since the first message, until a leave says else.
    func wrote(_ user: UserID, _ chat: ChatID, at time: Timestamp) {
        guard chats[chat]?.state == .open else { return }
        let known = members[chat]?[user]
        guard let since = known?.since else {
            guard known == nil else { return }
            members[chat]?[user] = Membership(isMember: true, since: time, role: .member, latest: nil)
            return
        }
        if time < since { members[chat]?[user]?.since = time }
    }

    // MARK: Messages

    /// Puts a message aside; its `seq` is its key in the chat.
    ///
    /// - Returns: whether what hangs on it is wanted.
    func message(_ message: ArchiveMessage, _ place: ForeignPlace) throws -> Bool {
        switch chats[message.chatID]?.state {
        case .there?:
            notes.countThere(.messages)
            return false
        case .open?: break
        case .refused?, nil:
            try note(.leftOut, .messages, place, "Its chat was left out.")
            return false
        }
        if let made = chats[message.chatID], !made.isDated, message.createdAt < made.chat.createdAt {
            chats[message.chatID]?.chat.createdAt = message.createdAt
        }
        var message = message
        message.content = ForeignText.withoutNull(message.content)
        if message.createdAt > notes.now {
            try note(
                .remark, .messages, place, "It lies in the future: \(message.createdAt.rfc3339).", count: 0)
        }
        return try give(.message(message), .messages, place)
    }

    func reaction(_ reaction: ArchiveReaction, _ place: ForeignPlace) throws {
        guard knows(reaction.userID) else {
            return try note(.leftOut, .reactions, place, "Nobody is known by the id \(reaction.userID).")
        }
        _ = try give(.reaction(reaction), .reactions, place)
    }

    /// - Parameter entry: of the source.
    func file(_ file: ForeignFile, _ entry: Int, of message: ArchiveMessage, _ place: ForeignPlace) throws {
        guard withBytes else {
            countedFiles += 1
            return
        }
        let record = ArchiveFile(
            chatID: message.chatID, seq: message.seq ?? 0, id: nil, name: file.name.prefix(atMost: 1024).string,
            size: source.entries[entry].size, mimeType: file.mimeType?.string, createdAt: nil, path: String(entry))
        _ = try give(.file(record), .files, place)
    }

    // MARK: The end

    /// - Returns: what the target has now, without what it had before.
    func finish() throws -> ArchiveCounts {
        for id in order {
            if let made = chats[id], made.state == .open, try !write(made) { chats[id]?.state = .refused }
        }
        try target.settle()
        for chat in order {
            guard let made = chats[chat], made.state == .open else { continue }
            for (user, membership) in members[chat, default: [:]].sorted(by: { $0.key < $1.key })
            where membership.isMember {
                guard knows(user) else {
                    try notes.add(
                        .leftOut, .members, path: chat.bytes.prefix(atMost: 128), "Nobody is known by the id \(user).")
                    continue
                }
                let member = ArchiveMember(
                    chatID: chat, userID: user, role: membership.role, joinedAt: membership.since ?? made.chat.createdAt
                )
                do {
                    try target.take(.member(member), ArchiveMark())
                } catch let error as ArchiveError {
                    try notes.add(.leftOut, .members, path: chat.bytes.prefix(atMost: 128), error.message)
                }
            }
        }
        var counts = target.counts
        try target.take(.end(counts), ArchiveMark())
        counts.files += countedFiles
        return counts
    }
}

/// A file as a message names it.
struct ForeignFile {
    var name: ByteString
    var mimeType: ByteString?
    /// Where it may lie, the likeliest first, and last parts that nothing else has.
    var paths: [ByteString]
    var names: [ByteString] = []
}

extension ForeignDesk {
    /// A message with its files: those that are not there are named in its text.
    ///
    /// - Returns: whether what else hangs on it is wanted.
    func message(_ message: ArchiveMessage, files wanted: [ForeignFile], _ place: ForeignPlace) throws -> Bool {
        var message = message
        var found: [(ForeignFile, Int)] = []
        for file in wanted {
            if let entry = files.find(paths: file.paths, names: file.names) {
                found.append((file, entry))
            } else {
                let name = file.name.prefix(atMost: 255).string
                message.content += (message.content.isEmpty ? "" : "\n") + name
                if state(of: message.chatID) == .open {
                    try note(.leftOut, .files, place, "The file \(name) does not lie beside the export.")
                }
            }
        }
        if let first = found.first { message.kind = ForeignText.isPicture(first.0) ? .image : .file }
        guard !message.content.isEmpty || !found.isEmpty || message.deletedAt != nil else {
            if state(of: message.chatID) == .open { try note(.leftOut, .messages, place, "It says nothing.") }
            return false
        }
        guard try self.message(message, place) else { return false }
        for (file, entry) in found { try self.file(file, entry, of: message, place) }
        return true
    }
}

@available(*, unavailable)
extension ForeignDesk: Sendable {}
