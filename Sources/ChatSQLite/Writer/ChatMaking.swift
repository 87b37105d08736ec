import ByteText
import ChatCore
import Foundation

/// A new chat of so many members that it is made in steps, between other batches.
///
/// 1. Its members are looked up, some hundred at a time; nothing is written yet, and an unknown one refuses the chat.
/// 2. The chat is made with the first of them, in one transaction with a chore that names the others.
/// 3. The chore lets them in, a slice at a time, each told in the commit that lets it in. So the chat grows while it is
///    made: were it whole before everybody is told, an offset could cover a chat that its holder never heard of.
/// 4. When all are in, whoever asked is answered. After a crash the chore goes on; the answer is lost, as any is.
struct ChatMaking {
    enum Stage {
        /// Members up to this place are looked up.
        case lookingUp(Int)
        /// Made; the chore lets the others in.
        case growing(chat: Int64, chore: Int64)
    }

    let new: NewChat
    let principal: Principal
    let reply: ReplyTo
    var stage = Stage.lookingUp(0)
    /// Rows of users, each once, in the order they were named.
    private(set) var keys: [Int64] = []
    /// Of those among them who are more than plain members.
    private(set) var roles: [Int64: Member.Role] = [:]
    private var seen: Set<Int64> = []

    static func isNeeded(for command: Command) -> Bool {
        guard case .createChat(let new, _) = command else { return false }
        return new.kind == .group && new.members.count > Slice.changes
    }

    /// `nil` for other commands.
    init?(_ job: Mailbox.Job) {
        guard case .createChat(let new, let principal) = job.command else { return nil }
        self.new = new
        self.principal = principal
        reply = job.reply
    }

    mutating func add(_ key: Int64, as role: Member.Role = .member) {
        if seen.insert(key).inserted { keys.append(key) }
        if role != .member { roles[key] = role }
    }
}

/// The steps; see ``ChatMaking``.
extension BatchWriter {
    private static let roleOf: StaticString = "SELECT role FROM members WHERE chat = ? AND user = ?"
    private static let keyOfID: StaticString = "SELECT key FROM users WHERE id = ? AND deleted_ms IS NULL"

    /// Looks up the next members, for as long as a slice may take.
    ///
    /// - Returns: whether all are known.
    /// - Throws: `not_found`.
    func lookUp(_ making: inout ChatMaking, from start: Int) throws -> Bool {
        if start == 0, let creator = try creator(of: making) { making.add(creator.key, as: .owner) }
        var slice = Slice()
        for place in making.new.members.indices.dropFirst(start) {
            let name = making.new.members[place]
            // By hand: the memory is for those who write.
            making.add(
                try key(of: name) ?? rules { try $0.resolve(name, by: making.principal).key },
                as: making.new.roles[ByteString(name)] ?? .member)
            making.stage = .lookingUp(place + 1)
            slice.note()
            if slice.isSpent { break }
        }
        if case .lookingUp(let place) = making.stage { return place == making.new.members.count }
        return true
    }

    private func creator(of making: ChatMaking) throws -> UserRecord? {
        try rules { try $0.creator(of: making.new, by: making.principal) }
    }

    private func key(of id: String) throws -> Int64? { try connection[Self.keyOfID].first(id) { $0.int(0) } }

    /// Makes the chat with the first of its members; in a transaction of the caller's.
    ///
    /// - Returns: the chat when it is whole already.
    func begin(_ making: inout ChatMaking) throws -> Outcome? {
        if isShortOfRoom { throw StorageFailure.full }
        let creator = try creator(of: making)
        if let chat = try repeated(making) { return .chat(chat.chat, created: false) }
        guard making.roles.count < Slice.changes else {
            throw ChatError(
                .invalid, "Of so many members at most \(Slice.changes - 1) are more than plain ones.", field: "members")
        }
        let chat = try rules { rules in
            try rules.checkForm(of: making.new)
            let chat = try rules.insertChat(making.new, pair: nil, n: nextRevision())
            if let creator { try rules.insertMember(creator, into: chat, role: .owner, n: nextRevision()) }
            return chat
        }
        let others = making.keys.drop { $0 == creator?.key }
        // Those with a role come with the chat itself.
        let rest = others.filter { making.roles[$0] != nil } + others.filter { making.roles[$0] == nil }
        try letIn(
            rest.prefix(Slice.changes), chat, as: making.roles, beside: creator.map { [$0.user.id] } ?? [])
        guard rest.count > Slice.changes else { return .chat(chat.chat, created: true) }
        let chore = try insertChore(.growChat, subject: chat.key, users: Array(rest.dropFirst(Slice.changes)))
        making.stage = .growing(chat: chat.key, chore: chore)
        return nil
    }

    /// The chat that was made by the same command before.
    private func repeated(_ making: ChatMaking) throws -> ChatRecord? {
        try rules { rules in
            try rules.repeated(making.new, by: making.principal, count: making.keys.count) { chat in
                try making.keys.allSatisfy { key in
                    let role = try connection[Self.roleOf].first(chat.key, key) { Member.Role(code: $0.int(0)) }
                    return role == making.roles[key] ?? .member
                }
            }
        }
    }

    /// What a chat that was growing has come to; `nil` while it grows.
    func grown(chat key: Int64, chore id: Int64) throws -> Outcome? {
        guard try chore(id) == nil else { return nil }
        guard let chat = try chat(key: key) else {
            throw ChatError(.conflict, "The chat was deleted while it was being made.")
        }
        return .chat(chat.chat, created: true)
    }
}
