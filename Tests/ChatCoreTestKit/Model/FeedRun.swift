import ChatCore

/// Random commands of every kind, and readers of the feed who begin at any time and read pages of any size: whenever
/// one of them has come to the end of a snapshot it knows what the snapshot has. A seed repeats the run.
public struct FeedRun: Sendable {
    private var random: SeededGenerator
    private let bench: StoreBench
    private let seed: UInt64
    private var reader = FeedReplica()
    /// What readers knew at one time or another, from where they can go on.
    private var earlier: [FeedReplica] = []
    private var users: [UserID] = []
    private var chats: [ChatID] = []
    private var tokens: [TokenID] = []
    private var messages: [(chat: ChatID, id: MessageID)] = []

    public init(_ bench: StoreBench, seed: UInt64) {
        self.bench = bench
        self.seed = seed
        random = SeededGenerator(seed: seed)
    }

    /// - Throws: ``ContractViolation`` with the seed, at the first difference.
    public mutating func run(steps: Int) async throws {
        do {
            for number in 1...5 { users.append(try await bench.user("u\(number)")) }
            for step in 1...steps {
                try await self.step()
                if step.isMultiple(of: 71) { try await compare() }
                if step.isMultiple(of: 307) { try bench.restart() }
            }
            try await compare()
        } catch let violation as ContractViolation {
            throw ContractViolation("PARLEY_TEST_SEED=\(seed): \(violation)")
        }
    }

    private mutating func step() async throws {
        if Int.random(in: 0..<8, using: &random) == 0 {
            // A page now and then: the reader's pages are of many snapshots.
            let (limit, bytes) = (Int.random(in: 1...12, using: &random), Int.random(in: 1...4000, using: &random))
            let before = reader
            let (after, isComplete) = try await bench.read { view in
                var reader = before
                return (reader, try reader.turn(view, limit: limit, bytes: bytes))
            }
            reader = after
            if isComplete { earlier.append(reader) }
            return
        }
        bench.clock.advance(by: .milliseconds(Int.random(in: 0...900, using: &random)))
        do {
            let outcome = try await bench.perform(command())
            switch outcome {
            case .message(let message, false): messages.append((message.chatID, message.id))
            case .user(let user): if !users.contains(user.id) { users.append(user.id) }
            case .chat(let chat, true): chats.append(chat.id)
            default: break
            }
        } catch let refusal as ChatError {
            // What is refused changes nothing, which the comparison would show; but nothing may break.
            try expect(refusal.code != .internal, "\(refusal)")
        }
    }

    private mutating func command() -> Command {
        let user = users.randomElement(using: &random) ?? UserID("none")
        let other = users.randomElement(using: &random) ?? user
        let message = messages.suffix(60).randomElement(using: &random) ?? (ChatID("none"), MessageID("x"))
        let chat = Bool.random(using: &random) ? message.chat : chats.randomElement(using: &random) ?? message.chat
        switch Int.random(in: 0..<100, using: &random) {
        case 0..<34:
            let content = String(repeating: "m", count: Int.random(in: 1...200, using: &random))
            return .send(NewMessage(chatID: chat, sender: user, content: content, replyTo: reply(in: chat)))
        case 34..<42:
            return .edit(message.chat, message.id, content: "e\(Int.random(in: 0...99, using: &random))", by: user)
        case 42..<46: return .delete(message.chat, message.id, by: .operator)
        case 46..<56:
            let emoji = ["👍", "🎉", "x"].randomElement(using: &random) ?? "x"
            return .react(message.chat, message.id, emoji: emoji, remove: Bool.random(using: &random), by: user)
        case 56..<66: return .markRead(message.chat, message.id, by: user)
        case 66..<72: return .markDelivered(message.chat, message.id, by: user)
        case 72..<80:
            let roles: [Member.Role?] = [nil, nil, .member, .admin, .owner]
            let role = roles.randomElement(using: &random) ?? nil
            return .putMember(chat, other, role: role, by: .operator)
        case 80..<84: return .removeMember(chat, other, by: .operator)
        default: return rareCommand(user, other, chat)
        }
    }

    private mutating func reply(in chat: ChatID) -> MessageID? {
        guard Int.random(in: 0..<5, using: &random) == 0 else { return nil }
        return messages.last { $0.chat == chat }?.id
    }

    private mutating func rareCommand(_ user: UserID, _ other: UserID, _ chat: ChatID) -> Command {
        let number = Int.random(in: 0..<1_000_000, using: &random)
        switch Int.random(in: 0..<16, using: &random) {
        case 0..<3: return .createUser(NewUser(username: "new\(number)"))
        case 3..<5: return .updateUser(user, UserPatch(displayName: "Name \(number)"))
        case 5: return .deleteUser(user, deleteMessages: Bool.random(using: &random))
        case 6..<8: return .setBlocked(user, Bool.random(using: &random))
        case 8..<11:
            let members = users.shuffled(using: &random).prefix(Int.random(in: 1...5, using: &random))
            return .createChat(NewChat(name: "c\(number)", members: members.map(\.rawValue)), by: .operator)
        case 11:
            return .createChat(NewChat(kind: .direct, members: [user, other].map(\.rawValue)), by: .operator)
        case 12: return .updateChat(chat, ChatPatch(name: "n\(number)"), by: .operator)
        case 13: return .deleteChat(chat)
        case 14:
            let token = TokenID("t\(number)")
            tokens.append(token)
            return .issueToken(
                NewToken(id: token, owner: .id(user), createUser: false, label: nil, expiresAt: bench.clock.now))
        default:
            guard let token = tokens.randomElement(using: &random), Bool.random(using: &random) else {
                return .revokeTokens(user)
            }
            return .revokeToken(token)
        }
    }

    /// The reader, some who stopped at some time or other and go on, and one who begins now: all know what there is.
    private mutating func compare() async throws {
        let others = earlier.shuffled(using: &random).prefix(6)
        let readers = [reader, FeedReplica()] + others
        let limits = readers.map { _ in Int.random(in: 1...40, using: &random) }
        let known = try await bench.read { view in
            try zip(readers, limits).map { reader, limit in
                var reader = reader
                try reader.update(view, limit: limit)
                try reader.compare(view)
                return reader
            }
        }
        reader = known[0]
        earlier.append(reader)
        try await compareSequence()
    }

    /// A snapshot has one feed: pages of any size are cuts of it.
    private mutating func compareSequence() async throws {
        let limit = Int.random(in: 1...30, using: &random)
        let bytes = Int.random(in: 1...20_000, using: &random)
        try await bench.read { view in
            let whole = try view.changes(after: .beginning, limit: 1_000_000, bytes: .max)
            try expect(whole.isComplete, "one page for everything")
            var pieces: [FeedEntry] = []
            var position = FeedPosition.beginning
            while true {
                let page = try view.changes(after: position, limit: limit, bytes: bytes)
                pieces += page.entries
                position = page.next
                if page.isComplete { break }
            }
            try expectEqual(pieces, whole.entries, "limit \(limit), \(bytes) bytes")
        }
    }
}
