import ChatCore
import ChatCoreTestKit
import Testing
import WaitTestKit

@testable import ChatSQLite

@Suite("Search")
struct SearchTests {
    private func found(
        _ fixture: StoreFixture, _ query: String, _ user: UserID = UserID("ann"), in chat: ChatID? = nil,
        page: PageRequest = PageRequest()
    ) async throws -> [String] {
        try await fixture.bench.read { try $0.search(query, for: user, in: chat, page: page).items.map(\.snippet) }
    }

    /// Waits until the index has got as far as the messages.
    private func indexed(_ fixture: StoreFixture) async throws {
        try await until("the index has got as far as the messages") {
            try StoreFixture.shell(
                fixture.database, "SELECT indexed_n < (SELECT ifnull(max(n), 0) FROM messages) FROM state") == "0"
        }
    }

    private func fixture(_ contents: [String], policy: ChatPolicy = ChatPolicy()) async throws -> (
        StoreFixture, [Message]
    ) {
        let fixture = try StoreFixture(policy: policy)
        let ids = try await fixture.bench.users(["ann", "bob"])
        let chat = try await fixture.bench.group("c", ids)
        let messages = try await fixture.bench.send(contents, to: chat, from: ids[1])
        try await indexed(fixture)
        return (fixture, messages)
    }

    @Test("Whole words are found in any case and without diacritics, the last one as a prefix, newest first, marked")
    func words() async throws {
        let (fixture, _) = try await fixture(["The café is open", "An open door", "Opening hours", "nothing"])
        #expect(
            try await found(fixture, "OPEN") == [
                "\u{2}Opening\u{3} hours", "An \u{2}open\u{3} door", "The café is \u{2}open\u{3}",
            ])
        #expect(try await found(fixture, "cafe open") == ["The \u{2}café\u{3} is \u{2}open\u{3}"])
        #expect(try await found(fixture, "ope door") == [])
        #expect(try await found(fixture, "open do") == ["An \u{2}open\u{3} \u{2}door\u{3}"])
        #expect(try await found(fixture, "CAFÉ") == ["The \u{2}café\u{3} is open"])
        #expect(try await found(fixture, "cafe\u{301}") == ["The \u{2}café\u{3} is open"])
        try fixture.bench.close()
    }

    @Test("A word many times in the query, and in the text, is looked for once", .timeLimit(.minutes(5)))
    func repetition() async throws {
        #expect(try SearchQuery("a A \u{e1} a\u{301} b B a").words == ["a", "b"])
        let (fixture, _) = try await fixture((0..<20).map { _ in String(repeating: "a ", count: 2500) })
        let hits = try await found(fixture, String(repeating: "a ", count: 250))
        #expect(hits.count == 20)
        #expect(hits.allSatisfy { $0 == Array(repeating: "\u{2}a\u{3}", count: 24).joined(separator: " ") + "…" })
        try fixture.bench.close()
    }

    @Test("A prefix finds all that begins so, be it few words or more than are looked up one by one")
    func prefixes() async throws {
        let words = (0..<150).map { "pre\($0)x" }
        let (fixture, _) = try await fixture(words + ["Préface", "pré", "pr", "press pre12x", "zebra"])
        let numbers = (120...129).reversed() + [12]
        let wanted = ["press \u{2}pre12x\u{3}"] + numbers.map { "\u{2}pre\($0)x\u{3}" }
        #expect(try await found(fixture, "pre12") == wanted)
        #expect(try await found(fixture, "PREF") == ["\u{2}Préface\u{3}"])
        #expect(try await found(fixture, "préf") == ["\u{2}Préface\u{3}"])
        #expect(try await found(fixture, "prez") == [])
        #expect(try await found(fixture, "press pre") == ["\u{2}press\u{3} \u{2}pre12x\u{3}"])
        #expect(try await found(fixture, "pre", page: PageRequest(limit: 200)).count == 153)
        #expect(try await found(fixture, "zebra") == ["\u{2}zebra\u{3}"])
        try fixture.bench.close()
    }

    @Test("A page ends when enough was looked at, though nothing was found there, and the next one goes on")
    func reach() async throws {
        let (fixture, _) = try await fixture(["first", "second"])
        let others = try await fixture.bench.group("others", [UserID("bob")])
        _ = try await fixture.bench.send((0..<20).map { "first \($0)" }, to: others, from: UserID("bob"))
        try await indexed(fixture)
        let pages = try await fixture.bench.read { view in
            let view = try unwrap(view as? SQLiteReadView, "a SQLite view")
            var pages: [(count: Int, more: Bool)] = []
            var after: String?
            repeat {
                let page = try view.search(
                    SearchRequest("first", page: PageRequest(after: after, limit: 5)), for: UserID("ann"),
                    reach: .init(messages: 8))
                pages.append((page.items.count, page.next != nil))
                after = page.next
            } while after != nil
            return pages.map { "\($0.count) \($0.more)" }
        }
        #expect(pages == ["0 true", "0 true", "1 false"])
        try fixture.bench.close()
    }

    @Test(
        "Hostile queries are data",
        arguments: [
            "open OR nothing", "NOT open", "open*", "content:open", "NEAR(open door)", "x')--", "^open",
            "-open",
            "{a b}:c", "open\u{0}", "👋x", "a-b.c/d", "हिन्दी", "𞤀𞤁b", "open AND",
            String(repeating: "a ", count: 1000),
        ])
    func hostile(_ query: String) async throws {
        let (fixture, _) = try await fixture(["The door is open", "a b c d", "हिन्दी"])
        // No error is the point; nothing but the words counts.
        let hits = try await found(fixture, query)
        if query == "open*" || query == "^open" || query == "-open" || query == "open\u{0}" {
            #expect(hits == ["The door is \u{2}open\u{3}"])
        }
        if query == "content:open" || query == "NOT open" || query == "a-b.c/d" { #expect(hits == []) }
        try fixture.bench.close()
    }

    @Test(
        "What has no word in it is invalid, not an empty list",
        arguments: ["", "  ", "\"", "(", "')--", "\u{0}", "+", "\u{301}", "。、", "\"…\"", "\u{200B}\u{FE0F}"])
    func unsearchable(query: String) async throws {
        let (fixture, _) = try await fixture(["open"])
        let error = await #expect(throws: ChatError.self) { _ = try await found(fixture, query) }
        #expect(error?.code == .invalid && error?.field == "query")
        try fixture.bench.close()
    }

    @Test("Only in one's own chats, in the chat asked for, and only while one is a member")
    func scope() async throws {
        let (fixture, _) = try await fixture(["shared words"])
        let bob = UserID("bob")
        let own = try await fixture.bench.group("own", [bob])
        try await fixture.bench.send("private words", to: own, from: bob)
        try await indexed(fixture)
        #expect(try await found(fixture, "words") == ["shared \u{2}words\u{3}"])
        #expect(try await found(fixture, "words", bob).count == 2)
        #expect(try await found(fixture, "words", bob, in: own) == ["private \u{2}words\u{3}"])
        await #expect(throws: ChatError.self) { _ = try await found(fixture, "words", in: own) }
        _ = try await fixture.bench.perform(.removeMember(ChatID("c"), UserID("ann"), by: .operator))
        #expect(try await found(fixture, "words") == [])
        try fixture.bench.close()
    }

    @Test("Edited and deleted text is gone from the index, the new text is in it")
    func alterations() async throws {
        let (fixture, messages) = try await fixture(["first secret", "second secret"])
        let (chat, bob) = (ChatID("c"), UserID("bob"))
        _ = try await fixture.bench.perform(.edit(chat, messages[0].id, content: "harmless", by: bob))
        _ = try await fixture.bench.perform(.delete(chat, messages[1].id, by: .user(bob)))
        #expect(try await found(fixture, "secret") == [])
        #expect(try await found(fixture, "harm") == ["\u{2}harmless\u{3}"])
        try fixture.bench.close()
        #expect(try DatabaseCheck.run(fixture.database).isEmpty)
    }

    @Test("A message altered before it was indexed is indexed as it is")
    func alteredBefore() async throws {
        let fixture = try StoreFixture()
        let ann = try await fixture.bench.user("ann")
        let chat = try await fixture.bench.group("c", [ann])
        let messages = try await fixture.bench.send(["one", "two"], to: chat, from: ann)
        _ = try await fixture.bench.perform(.edit(chat, messages[0].id, content: "three", by: ann))
        _ = try await fixture.bench.perform(.delete(chat, messages[1].id, by: .user(ann)))
        try await indexed(fixture)
        #expect(try await found(fixture, "one") == [])
        #expect(try await found(fixture, "two") == [])
        #expect(try await found(fixture, "three").count == 1)
        try fixture.bench.close()
        #expect(try DatabaseCheck.run(fixture.database).isEmpty)
    }

    @Test("Pages bring everything once")
    func pages() async throws {
        let (fixture, messages) = try await fixture((1...25).map { "word \($0)" })
        var seqs: [Int64] = []
        var after: String?
        repeat {
            let request = PageRequest(after: after, limit: 10)
            let page = try await fixture.bench.read {
                try $0.search("word", for: UserID("ann"), in: nil, page: request)
            }
            seqs += page.items.map(\.message.seq)
            after = page.next
        } while after != nil
        #expect(seqs == messages.map(\.seq).reversed())
        try fixture.bench.close()
    }

    @Test("Under history joined nothing from before is found")
    func joined() async throws {
        let (fixture, _) = try await fixture(["old word"], policy: ChatPolicy(historyVisibility: .joined))
        let (chat, carl) = (ChatID("c"), try await fixture.bench.user("carl"))
        _ = try await fixture.bench.perform(.putMember(chat, carl, role: nil, by: .operator))
        try await fixture.bench.send("new word", to: chat, from: carl)
        try await indexed(fixture)
        #expect(try await found(fixture, "word", carl) == ["new \u{2}word\u{3}"])
        try fixture.bench.close()
    }
}
