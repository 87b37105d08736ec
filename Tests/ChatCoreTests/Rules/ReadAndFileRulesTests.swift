import ChatCore
import ChatCoreTestKit
import Testing

@Suite("Watermarks, revocation, files, and what is seen")
struct ReadAndFileRulesTests {
    private let ann = UserID("ann")
    private let bob = UserID("bob")
    private let chat = ChatID("c")

    private func bench(_ policy: ChatPolicy = ChatPolicy(), members: [String] = ["ann", "bob"]) throws -> RulesBench {
        var bench = RulesBench(policy: policy)
        for user in [ann, bob] { try bench.run(.createUser(NewUser(id: user, username: user.rawValue))) }
        try bench.run(.createChat(NewChat(id: chat, members: members), by: .operator))
        return bench
    }

    private func send(_ content: String, _ user: UserID?, _ bench: inout RulesBench) throws -> Message {
        let new = NewMessage(chatID: chat, sender: user, content: content)
        guard case .message(let message, _) = try bench.run(.send(new)) else { throw ContractViolation("a message") }
        return message
    }

    @Test("What was read was delivered, and is told once; watermarks only rise")
    func watermarks() throws {
        var bench = try bench()
        let first = try send("1", ann, &bench)
        let second = try send("2", ann, &bench)
        #expect(try bench.run(.markDelivered(chat, first.id, by: bob)) == .delivered(deliveredSeq: 1))
        #expect(bench.changes.count == 1)
        #expect(try bench.run(.markRead(chat, second.id, by: bob)) == .read(readSeq: 2, unreadCount: 0))
        guard case .messageRead(let receipt)? = bench.changes.first, bench.changes.count == 1 else {
            throw ContractViolation("one receipt")
        }
        #expect(receipt.seq == 2 && receipt.userID == bob && receipt.memberCount == 2)
        #expect(try bench.view.member(bob, of: chat)?.deliveredSeq == 2)
        for command in [Command.markRead(chat, first.id, by: bob), .markDelivered(chat, second.id, by: bob)] {
            try bench.run(command)
            #expect(bench.changes.isEmpty)
        }
        #expect(bench.unnamedLoads.isEmpty)
    }

    @Test("Unread is what others said above the read mark and is still there")
    func unread() throws {
        var bench = try bench()
        let messages = try (1...5).map { try send("\($0)", ann, &bench) }
        func unread() throws -> Int { try bench.view.unreadCount(of: bob, in: chat) }
        #expect(try unread() == 5)
        try bench.run(.delete(chat, messages[3].id, by: .user(ann)))
        #expect(try unread() == 4)
        _ = try send("notice", nil, &bench)
        #expect(try unread() == 4)
        #expect(try bench.run(.markRead(chat, messages[1].id, by: bob)) == .read(readSeq: 2, unreadCount: 2))
        _ = try send("mine", bob, &bench)
        #expect(try unread() == 0)
        #expect(try bench.view.unreadCount(of: ann, in: chat) == 1)
        #expect(bench.unnamedLoads.isEmpty)
    }

    @Test("A revoked token is told once; revoking all spares those issued later and reaches those shown ahead of time")
    func revocation() throws {
        var bench = try bench()
        func token(_ id: String) -> Command {
            .issueToken(
                NewToken(
                    id: TokenID(id), owner: .username("ANN"), createUser: false, label: nil, expiresAt: bench.now))
        }
        func standing(_ id: String, _ issued: Timestamp?) throws -> TokenStanding {
            try bench.view.standing(of: ann, token: TokenFacts(id: TokenID(id), issuedAt: issued))
        }
        for id in ["t1", "t2"] { try bench.run(token(id)) }
        #expect(try bench.refusal(of: token("t1"))?.code == .conflict)
        try bench.run(.revokeToken(TokenID("t1")))
        #expect(bench.changes == [.tokenRevoked(TokenID("t1"), ann)])
        try bench.run(.revokeToken(TokenID("t1")))
        #expect(bench.changes.isEmpty)
        #expect(try standing("t1", nil) == .tokenRevoked)
        #expect(try standing("t2", nil) == .holds)
        let ahead = bench.now.advanced(by: .seconds(60))
        try bench.run(.revokeTokens(ann, issuedUpTo: ahead))
        #expect(bench.changes == [.tokensRevoked(ann)])
        try bench.run(token("t3"))
        #expect(try standing("t2", nil) == .tokenRevoked)
        #expect(try standing("t3", nil) == .holds)
        #expect(try standing("outside", ahead) == .tokenRevoked)
        #expect(try standing("outside", nil) == .tokenRevoked)
        #expect(try standing("outside", ahead.advanced(by: .milliseconds(1))) == .holds)
        #expect(try bench.view.standing(of: bob, token: TokenFacts(id: TokenID("t3"), issuedAt: nil)) == .tokenRevoked)
        #expect(bench.unnamedLoads.isEmpty)
    }

    @Test("Files stay within their quotas: of one file, of what was not sent, of all together")
    func quotas() throws {
        var bench = try bench(ChatPolicy(maxAttachment: 10, maxStorage: 150))
        func begin(_ id: String) -> Command { .beginFile(NewFile(id: FileID(id), owner: ann, name: id)) }
        try bench.run(begin("f0"))
        #expect(try bench.refusal(of: begin("f0"))?.code == .conflict)
        #expect(try bench.refusal(of: .appendToFile(FileID("f0"), [UInt8](repeating: 1, count: 11)))?.code == .tooLong)
        #expect(try bench.refusal(of: .appendToFile(FileID("f0"), []))?.code == .invalid)
        try bench.run(.discardFile(FileID("f0")))
        for number in 1...ChatPolicy.maxUnsentFiles {
            try bench.run(begin("f\(number)"))
            try bench.run(.appendToFile(FileID("f\(number)"), [1]))
        }
        #expect(try bench.refusal(of: begin("g"))?.code == .rateLimited)
        let others = NewFile(id: FileID("h"), owner: bob, name: "h")
        for number in 0..<5 {
            let file = NewFile(id: FileID("b\(number)"), owner: bob, name: "b")
            try bench.run(.beginFile(file))
            try bench.run(.appendToFile(file.id, [UInt8](repeating: 1, count: 10)))
        }
        #expect(try bench.refusal(of: .beginFile(others))?.code == .storageFull)
        try bench.run(.discardFile(FileID("b0")))
        try bench.run(.beginFile(others))
        #expect(bench.unnamedLoads.isEmpty)
    }

    @Test("A file that was not sent within a day is not there, and can no longer be sent")
    func unsentFiles() throws {
        var bench = try bench()
        try bench.run(.beginFile(NewFile(id: FileID("f"), owner: ann, name: "f")))
        try bench.run(.finishFile(FileID("f"), FileTraits(mimeType: "image/png")))
        let new = NewMessage(chatID: chat, sender: ann, content: "", kind: .image, attachments: [FileID("f")])
        #expect(try bench.view.file(FileID("f"), for: ann).attachment.id == FileID("f"))
        #expect(throws: ChatError.self) { try bench.view.file(FileID("f"), for: bob) }
        let begun = bench.now
        bench.now = begun.advanced(by: ChatPolicy.unsentFileLife)
        #expect(throws: ChatError.self) { try bench.view.file(FileID("f"), for: ann) }
        #expect(try bench.refusal(of: .send(new))?.field == "attachmentIds")
        bench.now = begun
        try bench.run(.send(new))
        bench.now = begun.advanced(by: ChatPolicy.unsentFileLife)
        #expect(try bench.view.file(FileID("f"), for: bob).attachment.id == FileID("f"))
        #expect(bench.unnamedLoads.isEmpty)
    }

    @Test("Under history joined a newcomer reads, marks, reacts to and fetches nothing from before")
    func visibility() throws {
        for visibility in ChatPolicy.HistoryVisibility.allCases {
            var bench = try bench(ChatPolicy(historyVisibility: visibility), members: ["ann"])
            try bench.run(.beginFile(NewFile(id: FileID("f"), owner: ann, name: "f")))
            try bench.run(.finishFile(FileID("f"), FileTraits(mimeType: "a/b")))
            let new = NewMessage(chatID: chat, sender: ann, content: "word", kind: .file, attachments: [FileID("f")])
            guard case .message(let old, _) = try bench.run(.send(new)) else { throw ContractViolation("a message") }
            try bench.run(.putMember(chat, bob, role: nil, by: .operator))
            let sees = visibility == .all
            let commands: [Command] = [
                .markRead(chat, old.id, by: bob), .markDelivered(chat, old.id, by: bob),
                .react(chat, old.id, emoji: "x", remove: false, by: bob),
            ]
            for command in commands {
                let refusal = try bench.refusal(of: command)
                #expect(refusal?.code == (sees ? nil : .notFound), "\(visibility): \(command)")
            }
            let view = bench.view
            #expect(try view.history(of: chat, for: bob, .latest, limit: 5).messages.count == (sees ? 1 : 0))
            #expect(try view.search("wo", for: bob, in: chat, page: PageRequest()).items.count == (sees ? 1 : 0))
            #expect(((try? view.message(old.id, in: chat, for: bob)) != nil) == sees)
            #expect(((try? view.file(FileID("f"), for: bob)) != nil) == sees)
            #expect(bench.unnamedLoads.isEmpty)
        }
    }
}
