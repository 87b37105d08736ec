import ChatCore

/// Random commands of many users against a store and the model; a seed repeats them.
public struct ModelRun: Sendable {
    private var random: SeededGenerator
    private var model = ChatModel()
    private var replicas: [ClientReplica] = []
    private let bench: StoreBench
    private let seed: UInt64
    private var uploads: [FileID] = []
    /// Of its own, so that a seed from before there were files still means the same commands.
    private var fileRandom: SeededGenerator

    public init(_ bench: StoreBench, seed: UInt64) {
        self.bench = bench
        self.seed = seed
        random = SeededGenerator(seed: seed)
        fileRandom = SeededGenerator(seed: ~seed)
    }

    /// - Throws: ``ContractViolation`` with the seed, at the first difference.
    public mutating func run(steps: Int) async throws {
        do {
            try await setUp()
            for step in 1...steps {
                try await self.step()
                if step.isMultiple(of: 97) { try await compare() }
                if step.isMultiple(of: 211) { try bench.restart() }
            }
            try await compare()
        } catch let violation as ContractViolation {
            throw ContractViolation("PARLEY_TEST_SEED=\(seed): \(violation)")
        }
    }

    private mutating func setUp() async throws {
        for number in 1...6 { model.addUser(try await bench.user("u\(number)")) }
        replicas = model.users.map { ClientReplica($0, .zero) }
        for number in 1...4 {
            let members = model.users.filter { _ in Bool.random(using: &random) }
            model.addChat(try await bench.group("c\(number)", members), members)
        }
    }

    private mutating func step() async throws {
        if Int.random(in: 0..<12, using: &random) == 0 {
            let place = Int.random(in: replicas.indices, using: &random)
            try await replicas[place].update(bench, limit: Int.random(in: 1...20, using: &random))
            return
        }
        bench.clock.advance(by: .milliseconds(Int.random(in: 0...900, using: &random)))
        if Int.random(in: 0..<10, using: &fileRandom) == 0 { try await upload() }
        let command = command()
        let expected = model.apply(command)
        let actual: ChatModel.Answer
        do {
            let outcome = try await bench.perform(command)
            actual = answer(outcome)
            if case .message(let message, false) = outcome, case .send = command {
                model.name(message.id, in: message.chatID, seq: Int(message.seq))
            }
        } catch let error as ChatError {
            actual = .refused(error.code)
        }
        try expectEqual(actual, expected, "\(command)")
    }

    /// A file of a random user, whole, or begun and taken back.
    private mutating func upload() async throws {
        guard let user = model.users.randomElement(using: &fileRandom), model.unsent[user, default: []].count < 50
        else { return }
        let id = FileID("f\(uploads.count)")
        uploads.append(id)
        let bytes = StoreBench.bytes(Int.random(in: 0...300_000, using: &fileRandom))
        if Int.random(in: 0..<5, using: &fileRandom) == 0 {
            try await bench.beginUpload(id.rawValue, by: user, bytes)
            _ = try await bench.perform(.discardFile(id))
        } else {
            try await bench.upload(id.rawValue, by: user, bytes)
            model.unsent[user, default: []].append(id)
        }
    }

    private func answer(_ outcome: Outcome) -> ChatModel.Answer {
        switch outcome {
        case .message(let message, let duplicate): .message(seq: Int(message.seq), duplicate: duplicate)
        case .read(let seq, let unread): .read(Int(seq), unread: unread)
        case .delivered(let seq): .delivered(Int(seq))
        default: .done
        }
    }

    private mutating func command() -> Command {
        let chat = pick(model.chats.keys.sorted()) ?? ChatID("none")
        let user = pick(model.users) ?? UserID("none")
        let other = pick(model.users) ?? user
        let messages = model.chats[chat]?.messages ?? []
        // Now and then a message of another chat, or none.
        let message =
            Int.random(in: 0..<20, using: &random) == 0
            ? pick(model.chats.values.flatMap(\.messages).map(\.id).sorted()) ?? MessageID("x")
            : pick(messages)?.id ?? MessageID("x")
        let emoji = pick(["👍", "🎉", "x"]) ?? "x"
        let principal: Principal = Int.random(in: 0..<5, using: &random) == 0 ? .operator : .user(user)
        switch Int.random(in: 0..<100, using: &random) {
        case 0..<40: return .send(newMessage(chat, user))
        case 40..<50: return .edit(chat, message, content: "e\(Int.random(in: 0...3, using: &random))", by: user)
        case 50..<58: return .delete(chat, message, by: principal)
        case 58..<68: return .react(chat, message, emoji: emoji, remove: Bool.random(using: &random), by: user)
        case 68..<80: return .markRead(chat, message, by: user)
        case 80..<88: return .markDelivered(chat, message, by: user)
        case 88..<95:
            return .putMember(chat, other, role: pick([nil, nil, .member, .admin, .owner]) ?? nil, by: .operator)
        default: return .removeMember(chat, Bool.random(using: &random) ? other : user, by: principal)
        }
    }

    private mutating func newMessage(_ chat: ChatID, _ user: UserID) -> NewMessage {
        var new = NewMessage(chatID: chat, sender: user, content: "m\(Int.random(in: 0...9, using: &random))")
        switch Int.random(in: 0..<10, using: &random) {
        case 0: new.sender = nil
        case 1..<5: new.clientID = "k\(Int.random(in: 0...30, using: &random))"
        default: break
        }
        if new.sender != nil, Int.random(in: 0..<4, using: &fileRandom) == 0 { attachFiles(to: &new, of: user) }
        return new
    }

    /// Mostly what may be sent, now and then any file that ever was.
    private mutating func attachFiles(to message: inout NewMessage, of user: UserID) {
        let choice = Int.random(in: 0..<6, using: &fileRandom) == 0 ? uploads : model.unsent[user] ?? []
        var chosen: Set<FileID> = []
        for _ in 0..<Int.random(in: 1...3, using: &fileRandom) {
            if let file = choice.randomElement(using: &fileRandom) { chosen.insert(file) }
        }
        message.attachments = chosen.sorted()
        if !chosen.isEmpty, Bool.random(using: &fileRandom) { message.content = "" }
    }

    private mutating func pick<Element>(_ elements: [Element]) -> Element? { elements.randomElement(using: &random) }

    // MARK: Comparing

    private mutating func compare() async throws {
        for (id, chat) in model.chats { try await compare(id, chat) }
        for file in uploads { try await compare(file) }
        for place in replicas.indices {
            try await replicas[place].update(bench, limit: Int.random(in: 1...50, using: &random))
            try await compare(replicas[place])
        }
    }

    private func compare(_ id: ChatID, _ chat: ModelChat) async throws {
        let (messages, members) = try await bench.read { view in
            (
                try view.history(of: id, .latest, limit: 1000).messages,
                try view.members(of: id, page: PageRequest(limit: 200)).items
            )
        }
        let all = chat.messages.suffix(1000)
        try expectEqual(messages.map(\.content), all.map(\.content), "\(id)")
        try expectEqual(messages.map(\.seq), (0..<all.count).map { Int64(all.startIndex + $0 + 1) }, "\(id)")
        try expectEqual(messages.map { $0.deletedAt != nil }, all.map(\.deleted), "\(id)")
        try expectEqual(messages.map(\.reactions), all.map(\.grouped), "\(id)")
        try expectEqual(messages.map { $0.attachments.map(\.id) }, all.map(\.files), "\(id)")
        try expectEqual(Set(members.map(\.user.id)), Set(chat.members.keys), "\(id)")
        for member in members {
            let expected = try unwrap(chat.members[member.user.id])
            try expectEqual(member.role, expected.role, "\(id) \(member.user.id)")
            try expectEqual(Int(member.readSeq), expected.readSeq, "\(id) \(member.user.id)")
            try expectEqual(Int(member.deliveredSeq), expected.deliveredSeq, "\(id) \(member.user.id)")
            let user = member.user.id
            let unread = try await bench.read { try $0.unreadCount(of: user, in: id) }
            try expectEqual(unread, chat.unread(user), "\(id) \(user)")
        }
    }

    private func compare(_ file: FileID) async throws {
        var holders: Set<UserID> = []
        for user in model.users where try await bench.mayHave(file.rawValue, user) { holders.insert(user) }
        try expectEqual(holders, model.holders(of: file), "\(file)")
    }

    private func compare(_ replica: ClientReplica) async throws {
        let user = replica.user
        let chats = model.chats.filter { $0.value.members[user] != nil }
        try expectEqual(Set(replica.chats.keys), Set(chats.keys), "\(user)'s chats")
        for (id, chat) in chats {
            let known = replica.chats[id] ?? [:]
            let messages = try await bench.read { try $0.history(of: id, .latest, limit: 1000).messages }
            for message in messages { try expectEqual(known[message.seq], message, "\(user) in \(id)") }
            try expectEqual(replica.members[id], Set(chat.members.keys), "\(user) in \(id)")
        }
        let total = try await bench.read { try $0.unreadTotal(of: user) }
        try expectEqual(total, chats.values.reduce(0) { $0 + $1.unread(user) }, "\(user)'s total")
    }
}
