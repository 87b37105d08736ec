import ChatCore
import ChatCoreTestKit
import Testing

/// The rules alone, over records in memory: no engine, no threads.
@Suite("What commands do")
struct ChatRulesTests {
    private let ann = UserID("ann")
    private let bob = UserID("bob")
    private let carl = UserID("carl")
    private let chat = ChatID("c")

    /// `ann`, `bob` and `carl`, and a group of those who are named.
    private func bench(_ policy: ChatPolicy = ChatPolicy(), members: [UserID]) throws -> RulesBench {
        var bench = RulesBench(policy: policy)
        for user in [ann, bob, carl] { try bench.run(.createUser(NewUser(id: user, username: user.rawValue))) }
        try bench.run(.createChat(NewChat(id: chat, members: members.map(\.rawValue)), by: .operator))
        return bench
    }

    private func sent(_ new: NewMessage, _ bench: inout RulesBench) throws -> Message {
        guard case .message(let message, duplicate: false) = try bench.run(.send(new)) else {
            throw ContractViolation("a new message")
        }
        return message
    }

    private func send(_ content: String, _ user: UserID, _ bench: inout RulesBench) throws -> Message {
        try sent(NewMessage(chatID: chat, sender: user, content: content), &bench)
    }

    private func upload(_ id: String, _ owner: UserID, _ bench: inout RulesBench) throws {
        try bench.run(.beginFile(NewFile(id: FileID(id), owner: owner, name: id)))
        try bench.run(.appendToFile(FileID(id), [1, 2, 3]))
        try bench.run(.finishFile(FileID(id), FileTraits(mimeType: "application/pdf")))
    }

    // MARK: Sending

    @Test("A send is looked at in order: membership, kind, text, clientId, form of its files, repeat, files, reply")
    func orderOfChecks() throws {
        var bench = try bench(ChatPolicy(maxMessageLength: 3), members: [ann])
        _ = try sent(NewMessage(chatID: chat, sender: ann, content: "one", clientID: "k"), &bench)
        // Everything is wrong with it; what was found is put right, and the next is found.
        var new = NewMessage(
            chatID: chat, sender: bob, content: "long", kind: .system, clientID: "a b", replyTo: MessageID("x"),
            attachments: [FileID("f"), FileID("f")])
        func refusal() throws -> [String?] {
            let error = try bench.refusal(of: .send(new))
            return [error?.code.rawValue, error?.field]
        }
        #expect(try refusal() == ["forbidden", nil])
        new.sender = ann
        #expect(try refusal() == ["invalid", "messageType"])
        new.kind = .text
        #expect(try refusal() == ["too_long", "content"])
        new.content = "two"
        #expect(try refusal() == ["invalid", "clientId"])
        new.clientID = "k"
        #expect(try refusal() == ["invalid", "attachmentIds"])
        new.attachments = [FileID("f")]
        #expect(try refusal() == ["conflict", "clientId"])
        new.clientID = "l"
        #expect(try refusal() == ["not_found", "attachmentIds"])
        new.attachments = []
        #expect(try refusal() == ["not_found", "replyTo"])
        new.replyTo = nil
        #expect(try sent(new, &bench).seq == 2)
        #expect(bench.unnamedLoads.isEmpty)
    }

    @Test("The same send is one message; another chat, kind, text, reply or file with its clientId is a conflict")
    func sameSend() throws {
        var bench = try bench(members: [ann])
        let other = ChatID("d")
        try bench.run(.createChat(NewChat(id: other, members: ["ann"]), by: .operator))
        let quoted = try send("quoted", ann, &bench)
        try upload("f", ann, &bench)
        let new = NewMessage(
            chatID: chat, sender: ann, content: "hello", kind: .file, clientID: "k", replyTo: quoted.id,
            attachments: [FileID("f")])
        let first = try sent(new, &bench)
        #expect(bench.changes == [.messageNew(first)])
        #expect(try bench.run(.send(new)) == .message(first, duplicate: true))
        #expect(bench.changes.isEmpty)
        let changed: [(inout NewMessage) -> Void] = [
            { $0.chatID = other }, { $0.kind = .text }, { $0.content = "hallo" }, { $0.replyTo = nil },
            { $0.attachments = [] },
        ]
        for change in changed {
            var another = new
            change(&another)
            #expect(try bench.refusal(of: .send(another))?.field == "clientId", "\(another)")
        }
        // Composed and decomposed are different texts.
        try bench.run(.send(NewMessage(chatID: chat, sender: ann, content: "\u{E9}", clientID: "l")))
        let decomposed = NewMessage(chatID: chat, sender: ann, content: "e\u{301}", clientID: "l")
        #expect(try bench.refusal(of: .send(decomposed))?.code == .conflict)
        // Of one that was edited it is no longer known what it said.
        try bench.run(.edit(chat, first.id, content: "new", by: ann))
        var again = new
        again.content = "whatever"
        guard case .message(let now, duplicate: true) = try bench.run(.send(again)) else {
            throw ContractViolation("a duplicate")
        }
        #expect(now.content == "new")
        #expect(bench.unnamedLoads.isEmpty)
    }

    @Test("A reply quotes what its sender sees of the same chat, tombstones without words")
    func quotes() throws {
        var bench = try bench(ChatPolicy(historyVisibility: .joined), members: [ann])
        let old = try send("old", ann, &bench)
        try bench.run(.putMember(chat, bob, role: nil, by: .operator))
        let seen = try send(String(repeating: "ä", count: 300), ann, &bench)
        func reply(_ id: MessageID, _ user: UserID) throws -> Message {
            try sent(NewMessage(chatID: chat, sender: user, content: "re", replyTo: id), &bench)
        }
        #expect(throws: ChatError.self) { try reply(old.id, bob) }
        #expect(try reply(old.id, ann).replyTo?.content == "old")
        let quote = try reply(seen.id, bob).replyTo
        #expect(quote?.content == String(repeating: "ä", count: 200))
        #expect(quote?.senderID == ann)
        let shown = try bench.view.history(of: chat, for: bob, .latest, limit: 10).messages
        #expect(shown.map { $0.replyTo?.content.count } == [nil, 0, 200])
        try bench.run(.delete(chat, seen.id, by: .user(ann)))
        #expect(try reply(seen.id, bob).replyTo?.content == "")
        try bench.run(.createChat(NewChat(id: ChatID("d"), members: ["ann"]), by: .operator))
        let elsewhere = NewMessage(chatID: ChatID("d"), sender: ann, content: "re", replyTo: old.id)
        #expect(try bench.refusal(of: .send(elsewhere))?.field == "replyTo")
        #expect(bench.unnamedLoads.isEmpty)
    }

    @Test("Who is blocked is no member: nothing they ask for is done")
    func blocked() throws {
        var bench = try bench(ChatPolicy(clientsCreateChats: .all), members: [ann, bob])
        let message = try send("hello", ann, &bench)
        try bench.run(.putMember(chat, ann, role: .owner, by: .operator))
        try bench.run(.setBlocked(ann, true))
        #expect(bench.changes == [.userBlocked(ann)])
        let commands: [Command] = [
            .send(NewMessage(chatID: chat, sender: ann, content: "x")), .edit(chat, message.id, content: "y", by: ann),
            .delete(chat, message.id, by: .user(ann)), .react(chat, message.id, emoji: "x", remove: false, by: ann),
            .markRead(chat, message.id, by: ann), .markDelivered(chat, message.id, by: ann),
            .updateChat(chat, ChatPatch(name: "n"), by: .user(ann)),
            .putMember(chat, carl, role: nil, by: .user(ann)), .removeMember(chat, ann, by: .user(ann)),
            .createChat(NewChat(members: ["bob"]), by: .user(ann)),
            .beginFile(NewFile(id: FileID("f"), owner: ann, name: "f")),
        ]
        for command in commands { #expect(try bench.refusal(of: command)?.code == .forbidden, "\(command)") }
        #expect(try bench.view.admission(of: ann, token: TokenFacts(id: nil, issuedAt: nil)) == .blocked)
        #expect(bench.unnamedLoads.isEmpty)
    }

    // MARK: Roles

    @Test("Only its sender edits a message; its sender, owners, admins and the operator delete it")
    func editAndDelete() throws {
        var bench = try bench(members: [ann, bob, carl])
        try bench.run(.putMember(chat, ann, role: .owner, by: .operator))
        let roles: [(Principal, Member.Role, Bool)] = [
            (.user(ann), .owner, true), (.user(ann), .admin, true), (.user(ann), .member, false),
            (.user(bob), .member, true), (.operator, .member, true),
        ]
        for (deleter, role, may) in roles {
            try bench.run(.putMember(chat, ann, role: role, by: .operator))
            let message = try send("hello", bob, &bench)
            #expect(try bench.refusal(of: .edit(chat, message.id, content: "mine", by: ann))?.code == .forbidden)
            let refusal = try bench.refusal(of: .delete(chat, message.id, by: deleter))
            #expect((refusal == nil) == may, "\(deleter) as \(role)")
            guard may else { continue }
            guard case .messageDeleted(let tombstone)? = bench.changes.first else {
                throw ContractViolation("a tombstone is told")
            }
            #expect(tombstone.content.isEmpty && tombstone.deletedAt == bench.now)
            #expect(try bench.refusal(of: .edit(chat, message.id, content: "x", by: bob))?.code == .conflict)
            // The second finds it done.
            #expect(try bench.run(.delete(chat, message.id, by: deleter)) == .message(tombstone, duplicate: true))
        }
        #expect(bench.unnamedLoads.isEmpty)
    }

    @Test("Owners and admins add, owners give roles and remove all, admins remove plain members, members nobody")
    func addAndRemove() throws {
        for role in Member.Role.allCases {
            var bench = try bench(ChatPolicy(clientsCreateChats: .all), members: [ann, bob])
            try bench.run(.createUser(NewUser(id: UserID("dora"), username: "dora")))
            try bench.run(.putMember(chat, bob, role: .owner, by: .operator))
            try bench.run(.putMember(chat, ann, role: role, by: .operator))
            func may(_ command: Command) throws -> Bool { try bench.refusal(of: command)?.code != .forbidden }
            #expect(try may(.putMember(chat, carl, role: nil, by: .user(ann))) == (role != .member))
            #expect(try may(.putMember(chat, UserID("dora"), role: .admin, by: .user(ann))) == (role == .owner))
            try bench.run(.putMember(chat, carl, role: .admin, by: .operator))
            #expect(try may(.putMember(chat, carl, role: .member, by: .user(ann))) == (role == .owner))
            try bench.run(.putMember(chat, carl, role: .member, by: .operator))
            #expect(try may(.removeMember(chat, carl, by: .user(ann))) == (role != .member))
            try bench.run(.putMember(chat, carl, role: .admin, by: .operator))
            #expect(try may(.removeMember(chat, carl, by: .user(ann))) == (role == .owner))
            #expect(try may(.removeMember(chat, ann, by: .user(ann))))
            #expect(try bench.refusal(of: .removeMember(chat, ann, by: .operator))?.code == .notFound)
            #expect(bench.unnamedLoads.isEmpty)
        }
        var closed = try bench(members: [ann])
        try closed.run(.putMember(chat, ann, role: .owner, by: .operator))
        #expect(try closed.refusal(of: .putMember(chat, bob, role: nil, by: .user(ann)))?.code == .forbidden)
    }

    @Test("A group keeps its owner: the admin, else the member, who came first inherits it; nobody steps down last")
    func heirs() throws {
        var bench = try bench(members: [ann, bob, carl])
        try bench.run(.putMember(chat, ann, role: .owner, by: .operator))
        #expect(try bench.refusal(of: .putMember(chat, ann, role: .member, by: .user(ann)))?.field == "role")
        #expect(try bench.view.member(ann, of: chat)?.role == .owner)
        try bench.run(.putMember(chat, carl, role: .admin, by: .operator))
        try bench.run(.removeMember(chat, ann, by: .user(ann)))
        #expect(bench.changes == [.memberRemoved(chat, ann), .memberRoleChanged(chat, carl, .owner)])
        try bench.run(.putMember(chat, ann, role: nil, by: .operator))
        try bench.run(.deleteUser(carl, deleteMessages: false))
        #expect(
            bench.changes == [.memberRemoved(chat, carl), .memberRoleChanged(chat, bob, .owner), .userDeleted(carl)])
        // One of two owners goes: nobody inherits.
        try bench.run(.putMember(chat, ann, role: .owner, by: .operator))
        try bench.run(.removeMember(chat, bob, by: .operator))
        #expect(bench.changes == [.memberRemoved(chat, bob)])
        // A group that never had an owner goes on without.
        try bench.run(.createChat(NewChat(id: ChatID("d"), members: ["ann", "bob"]), by: .operator))
        try bench.run(.removeMember(ChatID("d"), ann, by: .operator))
        #expect(bench.changes == [.memberRemoved(ChatID("d"), ann)])
        #expect(bench.unnamedLoads.isEmpty)
    }

    @Test("A pair has one direct chat, whoever makes it, and nobody becomes more than a member in it")
    func directChats() throws {
        var bench = try bench(ChatPolicy(clientsCreateChats: .direct), members: [])
        let new = NewChat(kind: .direct, members: ["BOB"])
        guard case .chat(let direct, created: true) = try bench.run(.createChat(new, by: .user(ann))) else {
            throw ContractViolation("a new chat")
        }
        #expect(try bench.view.members(of: direct.id, page: PageRequest()).items.map(\.role) == [.member, .member])
        let same = NewChat(kind: .direct, members: ["ann", "bob", "Ann"])
        #expect(try bench.run(.createChat(same, by: .operator)) == .chat(direct, created: false))
        for principal in [Principal.operator, .user(ann), .user(bob)] {
            for role in [Member.Role.owner, .admin] {
                let refusal = try bench.refusal(of: .putMember(direct.id, bob, role: role, by: principal))
                // To a user it is said before that plain members add nobody.
                #expect(refusal?.code == (principal == .operator ? .invalid : .forbidden), "\(principal) \(role)")
                if principal == .operator { #expect(refusal?.field == "role") }
            }
        }
        #expect(try bench.refusal(of: .putMember(direct.id, carl, role: nil, by: .operator))?.code == .invalid)
        #expect(try bench.refusal(of: .putMember(direct.id, carl, role: .owner, by: .operator))?.code == .invalid)
        // Who left is in it again; nobody inherited it.
        try bench.run(.removeMember(direct.id, ann, by: .user(ann)))
        #expect(bench.changes == [.memberRemoved(direct.id, ann)])
        try bench.run(.createChat(NewChat(kind: .direct, members: ["ann"]), by: .user(bob)))
        #expect(bench.changes.count == 1)
        #expect(try bench.view.chat(direct.id)?.memberCount == 2)
        for members in [["ann"], ["ann", "ANN"], ["ann", "bob", "carl"]] {
            let bad = NewChat(kind: .direct, members: members)
            #expect(try bench.refusal(of: .createChat(bad, by: .operator))?.field == "member_ids", "\(members)")
        }
        #expect(bench.unnamedLoads.isEmpty)
    }
}
