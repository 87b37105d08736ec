import ChatCore
import NIOCore
import Testing

@testable import ChatGateway

/// The gateway's side of a session's start, on a loop turned by hand.
@Suite("A session begins")
struct ChatSessionStartTests {
    private let bench: GatewayBench
    private let given = Offset(epoch: 7, revision: Revision(1))

    init() throws {
        bench = try GatewayBench()
        bench.admit(chats: ["c"])
    }

    private func page(_ seqs: ClosedRange<Int64>, more: Bool = false, end: Int64) -> MissedPage {
        var next: MissedCursor?
        if more {
            next = MissedCursor(after: given.revision)
            next?.end = Revision(end)
            next?.place.chat = seqs.upperBound
        }
        return MissedPage(
            changes: seqs.map { .messageNew(GatewayBench.message($0, in: "c")) }, next: next, end: Revision(end))
    }

    private func new(_ seq: Int64, in chat: String = "c") -> Change { .messageNew(GatewayBench.message(seq, in: chat)) }

    private func added(_ user: String, to chat: String) -> Change {
        .memberAdded(
            Chat(
                id: ChatID(chat), name: nil, kind: .group, createdAt: Timestamp(milliseconds: 0), memberCount: 2,
                lastSeq: 0),
            UserCard(id: UserID(user), username: user, displayName: nil, avatarURL: nil))
    }

    /// A client that was here before, and is back.
    private func returning(_ user: String = "u") -> TestClient {
        let client = TestClient(bench)
        client.connect(user, pid: "\(user)-pid1", offset: given)
        return client
    }

    @Test("Afresh: told who it is and where it stands, and then what is committed, each with its offset")
    func fresh() {
        let client = TestClient(bench)
        client.connect("u")
        #expect(client.take().first == "0{\"sid\":\"u-sid1\",\"pid\":\"u-pid1\"}")
        bench.store.commit([new(1)], revision: 2)
        #expect(client.takeNames() == ["message:new", "offset 2"])
    }

    @Test("What is committed while it is let in is told once, after its start")
    func meanwhile() {
        bench.store.holdReads()
        let client = TestClient(bench)
        client.connect("u")
        bench.store.commit([new(1)], revision: 2)
        bench.store.answerReads()
        #expect(client.takeNames().suffix(4) == ["session:ready", "offset 1", "message:new", "offset 2"])
    }

    @Test("What was missed is read page by page, a page when the one before was taken, and its own requests wait")
    func pages() {
        bench.store.edit { script in
            script.pages = [page(1...3, more: true, end: 9), page(4...5, more: true, end: 9), page(6...6, end: 9)]
        }
        let client = returning()
        client.emit("message:read", "{\"chatId\":\"c\",\"messageId\":\"m1\"}", ack: 1)
        bench.turn()
        #expect(bench.store.cursors.count == 1, "nothing is read ahead of the client")
        let names = client.takeNames()
        #expect(names.dropFirst().prefix(4) == ["session:ready", "offset 1", "message:new", "message:new"])
        #expect(names.filter { $0 == "message:new" }.count == 6)
        #expect(names.suffix(2) == ["offset 9", "offset 9"])
        #expect(!names.dropLast(2).contains("offset 9"), "no offset before what it covers")
        #expect(bench.store.cursors.map(\.place.chat) == [0, 3, 5, 0])
        #expect(bench.store.submitted.count == 1)
    }

    @Test("A page with nothing to tell, while the client is behind, is gone on from", arguments: [false, true])
    func emptyPage(isLast: Bool) {
        bench.store.edit { script in
            var empty = page(4...4, more: !isLast, end: 9)
            empty.changes = []
            script.pages = [page(1...3, more: true, end: 9), empty] + (isLast ? [] : [page(5...5, end: 9)])
        }
        let client = returning()
        client.emit("message:read", "{\"chatId\":\"c\",\"messageId\":\"m1\"}", ack: 1)
        let names = client.takeNames()
        #expect(names.filter { $0 == "message:new" }.count == (isLast ? 3 : 4))
        #expect(names.last == "offset 9")
        bench.store.commit([new(9)], revision: 10)
        #expect(client.takeNames() == ["message:new", "offset 10"])
        #expect(bench.store.submitted.count == 1)
    }

    @Test("What is committed during a long replay is told once, though nothing of it is kept")
    func committedMeanwhile() {
        bench.store.edit { $0.pages = [page(1...2, more: true, end: 5), page(3...3, end: 5), page(4...4, end: 6)] }
        let client = returning()
        bench.store.commit([new(4)], revision: 6)
        let names = client.takeNames()
        #expect(names.filter { $0 == "message:new" }.count == 4)
        #expect(names.last == "offset 6")
        bench.store.commit([new(5)], revision: 7)
        #expect(client.takeNames() == ["message:new", "offset 7"])
    }

    @Test("Chats that one joins or leaves during a replay are heard, or not, afterwards, however much passes meanwhile")
    func joinsAreNotLost() {
        bench.store.edit { $0.pages = [page(1...2, more: true, end: 5), page(3...3, end: 5)] }
        let client = returning()
        bench.store.commit([added("u", to: "d")], revision: 6)
        bench.store.commit([.memberRemoved(ChatID("c"), UserID("u"))], revision: 7)
        for number in 0..<5000 { bench.store.commit([new(1, in: "other")], revision: Int64(8 + number)) }
        _ = client.take()
        bench.store.commit([new(1, in: "d"), new(9)], revision: 9000)
        #expect(client.takeNames() == ["message:new", "offset 9000"])
        #expect(client.isOpen)
    }

    @Test("Where more passes than is kept while a client is let in, it is sent away to come again")
    func admissionOverflow() {
        bench.store.holdReads()
        let client = TestClient(bench)
        client.connect("u")
        for number in 0..<5000 { bench.store.commit([new(1)], revision: Int64(2 + number)) }
        bench.turn()
        bench.store.answerReads()
        bench.turn()
        #expect(!client.isOpen)
    }

    @Test("A block ends a session at once: while it is let in, while it is told what it missed, and live")
    func blocked() {
        for stage in ["let in", "replay", "live"] {
            bench.store.edit { $0.pages = stage == "replay" ? [page(1...2, more: true, end: 5)] : [] }
            if stage == "let in" { bench.store.holdReads() }
            let client = stage == "replay" ? returning() : TestClient(bench)
            if stage != "replay" { client.connect("u") }
            bench.store.commit([.userBlocked(UserID("u"))], revision: 1)
            bench.turn()
            bench.store.answerReads()
            bench.turn()
            #expect(!client.isOpen, "\(stage)")
            #expect(client.takeNames().contains("session:ended"), "\(stage)")
        }
    }

    @Test("More than 10,000 changes end the session, and it is not told an offset that covers them")
    func tooMany() {
        let many = MissedPage(
            changes: (1...10_001).map { new($0) }, next: nil, end: Revision(20))
        bench.store.edit { $0.pages = [page(1...2, more: true, end: 9), many] }
        let client = returning()
        let names = client.takeNames()
        #expect(!client.isOpen)
        #expect(names.contains("session:ended") && !names.contains("offset 20") && !names.contains("offset 9"))
    }

    @Test("Who missed more than that to begin with starts afresh, under another pid")
    func startsAfresh() {
        bench.store.edit { script in
            script.pages = [page(1...2, more: true, end: 9)]
            script.missedMore = true
        }
        let client = returning()
        #expect(client.take().first?.contains("\"pid\":\"u-pid1\"") == true, "the first that was issued here")
        #expect(bench.store.cursors.count == 1)
    }

    @Test("Two that come with one pid at once: the later one lives, the earlier is closed")
    func twoAtOnce() {
        bench.store.holdReads()
        let first = returning()
        let second = returning()
        bench.store.answerReads()
        bench.turn()
        #expect(!first.isOpen)
        #expect(second.isOpen)
    }

    @Test("Two live clients of one pid: the first is thrown out once, comes again under another, and both live on")
    func clones() {
        let first = bench.client("u")
        let second = returning()
        #expect(second.take().first == "0{\"sid\":\"u-sid1\",\"pid\":\"u-pid1\"}")
        #expect(!first.isOpen)
        let again = returning()
        #expect(again.take().first == "0{\"sid\":\"u-sid2\",\"pid\":\"u-pid2\"}")
        #expect(second.isOpen && again.isOpen)
    }
}
