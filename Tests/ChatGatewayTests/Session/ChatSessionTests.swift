import ChatCore
import NIOCore
import SocketIO
import Testing

@testable import ChatGateway

@Suite("A session")
struct ChatSessionTests {
    private func bench(_ configure: (inout GatewayConfiguration) -> Void = { _ in }) throws -> GatewayBench {
        let bench = try GatewayBench(configure)
        bench.admit(chats: ["c"])
        return bench
    }

    private let place = "{\"chatId\":\"c\",\"messageId\":\"m1\"}"

    private func errors(_ packets: [String], _ code: String) -> Int { packets.count { $0.contains("\"\(code)\"") } }

    // MARK: Rates

    @Test("Messages are counted by user: two sockets have one burst, and a reconnect does not refill it")
    func messageRate() throws {
        let bench = try bench { $0.messageRate = 2 }
        let send = "{\"chatId\":\"c\",\"content\":\"x\"}"
        let (one, two) = (bench.client("u"), bench.client("u"))
        for _ in 0..<4 {
            one.emit("message:send", send, ack: 1)
            two.emit("message:send", send, ack: 1)
        }
        #expect(bench.store.submitted.count == 6)
        #expect(errors(one.take() + two.take(), "rate_limited") == 2)
        one.leave()
        two.leave()
        let again = bench.client("u")
        again.emit("message:send", send, ack: 1)
        #expect(errors(again.take(), "rate_limited") == 1)
        #expect(bench.store.submitted.count { if case .send = $0 { true } else { false } } == 6)
    }

    @Test("Edits count as messages")
    func edits() throws {
        let bench = try bench { $0.messageRate = 1 }
        let client = bench.client("u")
        for _ in 0..<5 {
            client.emit("message:edit", "{\"chatId\":\"c\",\"messageId\":\"m1\",\"content\":\"y\"}", ack: 1)
        }
        #expect(bench.store.submitted.count == 3)
        #expect(errors(client.take(), "rate_limited") == 2)
    }

    @Test("An event is paid by what it costs: few that ask for much are as good as many that ask for little")
    func costs() throws {
        let bench = try bench { $0.eventRate = 10 }
        let ids = (0..<200).map { "\"\($0)\"" }.joined(separator: ",")
        let client = bench.client("u")
        for number in 0..<10 { client.emit("presence:get", "{\"userIds\":[\(ids)]}", ack: number) }
        #expect(errors(client.take(), "rate_limited") > 5)
        let other = bench.client("v")
        for number in 0..<30 { other.emit("user:get", "{\"userIds\":[\"a\"]}", ack: number) }
        #expect(errors(other.take(), "rate_limited") == 0)
    }

    @Test("Past the limit every ack is answered, but complaints about events without one are few")
    func refusals() throws {
        let bench = try bench { $0.eventRate = 1 }
        let client = bench.client("u")
        for _ in 0..<1000 { client.emit("message:read", place) }
        #expect(client.takeNames().count { $0 == "error" } <= 10)
        for number in 0..<50 { client.emit("message:read", place, ack: number) }
        #expect(errors(client.take(), "rate_limited") == 50)
    }

    @Test("Who does not take the answers asks in vain: a page and an answer more are made, whatever is asked")
    func unread() throws {
        let bench = try bench { $0.eventRate = 0 }
        bench.store.edit { $0.history = (1...40).map { GatewayBench.message($0, in: "c", size: 1000) } }
        let client = bench.client("u")
        for number in 0..<100 { client.emit("message:history", "{\"chatId\":\"c\"}", ack: number) }
        bench.turn()
        #expect(client.unsentBytes < 2 * ReplayPage.bytes)
        // Once it reads, everything is answered, in order.
        #expect(client.takeNames() == (0..<100).map { "#\($0)" })
    }

    @Test("Events that fill the account by waiting all run: they do not wait for the room that they take themselves")
    func fullOfWaiting() throws {
        let bench = try bench { $0.eventRate = 0 }
        let client = bench.client("u")
        let large = "{\"chatId\":\"c\",\"x\":\"\(String(repeating: "x", count: 900_000))\"}"
        bench.store.holdReads()
        for number in 0..<5 { client.emit("message:history", large, ack: number) }
        bench.store.answerReads()
        #expect(client.takeNames() == (0..<5).map { "#\($0)" })
        client.emit("message:history", "{\"chatId\":\"c\"}", ack: 5)
        #expect(client.takeNames() == ["#5"])
    }

    @Test("A read that waits for a write is paid once")
    func paidOnce() throws {
        let bench = try bench { $0.eventRate = 10 }
        let client = bench.client("u")
        client.emit("message:send", "{\"chatId\":\"c\",\"content\":\"x\"}")
        for number in 0..<2 { client.emit("message:search", "{\"query\":\"x\"}", ack: number) }
        bench.store.commitSubmitted(revision: 2)
        let packets = client.take()
        #expect(packets.map(TestClient.name).filter { $0.hasPrefix("#") } == ["#0", "#1"])
        #expect(errors(packets, "rate_limited") == 0)
        // A bucket may be overdrawn by one event; that shows in the next. Of 30 units 23 are spent; paid twice, 43.
        client.emit("user:get", "{\"userIds\":[\"a\"]}", ack: 2)
        let next = client.take()
        #expect(next.map(TestClient.name) == ["#2"] && errors(next, "rate_limited") == 0)
    }

    @Test("Of a user's connections as many are let go as came too many, though none has gone yet")
    func surplus() throws {
        let bench = try bench()
        let clients = (0..<6).map { _ in bench.client("u") }
        let sessions = bench.gateway.directory.sessions(of: UserID("u"))
        #expect(sessions.count == clients.count)
        var configuration = GatewayConfiguration()
        configuration.maxConnectionsPerUser = 2
        let directory = LiveSessionsDirectory(configuration: configuration)
        let surplus = sessions.map { session in directory.add(session).surplus.map(ObjectIdentifier.init) }
        let oldest = sessions.prefix(4).map { [ObjectIdentifier($0)] }
        #expect(surplus == [[], []] + oldest)
        directory.remove(sessions[0])
        directory.remove(sessions[5])
        #expect(directory.add(sessions[5]).surplus.isEmpty)
    }

    // MARK: Typing

    @Test("Typing is told to the others, not to one's own sockets, and not in a chat above --quiet-members")
    func typing() throws {
        let bench = try bench { $0.quietMembers = 5 }
        let (alice, desk, bob) = (bench.client("alice"), bench.client("alice"), bench.client("bob"))
        alice.emit("typing:start", "{\"chatId\":\"c\"}", ack: 1)
        #expect(alice.takeNames() == ["#1"])
        #expect(desk.takeNames().isEmpty)
        #expect(bob.takeNames() == ["typing:start"])
        desk.emit("typing:start", "{\"chatId\":\"c\"}")
        #expect(bob.takeNames().isEmpty, "they type already")
        alice.emit("message:send", "{\"chatId\":\"c\",\"content\":\"x\"}")
        #expect(bob.takeNames() == ["typing:stop"])
        bench.store.commitSubmitted(revision: 2)

        bench.store.edit { $0.memberCount = 6 }
        bench.gateway.chatSizes.forget(ChatID("c"))
        for _ in 0..<2 { alice.emit("typing:start", "{\"chatId\":\"c\"}", ack: 2) }
        #expect(alice.takeNames() == ["#2", "#2"])
        #expect(bob.takeNames().isEmpty)
    }

    @Test("Who is removed from a chat types there no more")
    func typingEnds() throws {
        let bench = try bench()
        let (alice, bob) = (bench.client("alice"), bench.client("bob"))
        alice.emit("typing:start", "{\"chatId\":\"c\"}")
        #expect(bob.takeNames() == ["typing:start"])
        bench.store.commit([.memberRemoved(ChatID("c"), UserID("alice"))], revision: 2)
        _ = bob.take()
        bench.gateway.typing.tick(now: .now() + .seconds(60))
        #expect(bob.takeNames().isEmpty)
    }

    // MARK: Offsets

    @Test("A client that heard nothing for ten minutes gets an offset that says so: it is as old as now")
    func freshOffset() throws {
        let bench = try bench()
        let client = bench.client("u")
        let session = try #require(bench.gateway.directory.sessions(of: UserID("u")).first)
        session.check(now: .now(), monotonic: .now() + .minutes(5))
        #expect(client.take().isEmpty)
        session.check(now: .now(), monotonic: .now() + .minutes(11))
        let packet = try #require(client.take().first)
        let values = try JSONValue(parsing: ByteBuffer(string: String(packet.dropFirst()))).array
        let offset = try #require(values?.last?.string.flatMap { Offset($0.string) })
        #expect(offset.revision == Revision(1))
        let heard = try #require(offset.heardAt)
        #expect(abs(heard.milliseconds - Timestamp.now().milliseconds) < 10_000)
    }

    @Test("A new profile is told with its commit, before the offset that covers it")
    func profile() throws {
        let bench = try bench()
        let (alice, bob) = (bench.client("alice"), bench.client("bob"))
        let card = UserCard(id: UserID("alice"), username: "alice", displayName: "A", avatarURL: nil)
        bench.store.commit(
            [.userUpdated(card, in: [ChatID("c")]), .messageNew(GatewayBench.message(1, in: "c"))], revision: 2)
        #expect(Set(bob.takeNames().prefix(2)) == ["user:updated", "message:new"])
        let told = alice.takeNames()
        #expect(told.contains("user:updated") && told.last == "offset 2")
    }

    @Test("A receipt that waits is not covered by the offsets told meanwhile")
    func receipts() throws {
        let bench = try bench()
        let client = bench.client("u")
        func receipt(_ seq: Int64) -> Change {
            .messageRead(
                Receipt(
                    chatID: ChatID("c"), userID: UserID("v"), messageID: MessageID("m\(seq)"), seq: seq, at: .now(),
                    memberCount: 2))
        }
        bench.store.commit([receipt(1)], revision: 2)
        #expect(client.takeNames() == ["message:read", "offset 2"])
        bench.store.commit([receipt(2)], revision: 3)
        bench.store.commit([.messageNew(GatewayBench.message(1, in: "c"))], revision: 4)
        #expect(client.takeNames() == ["message:new", "offset 4"])
        #expect(bench.gateway.receipts.toldUpTo(orElse: Revision(4)) == Revision(2))
        bench.gateway.receipts.tick(now: .now() + .seconds(2))
        #expect(client.takeNames() == ["message:read"])
        #expect(bench.gateway.receipts.toldUpTo(orElse: Revision(4)) == Revision(4))
    }

    // MARK: Tokens

    @Test("A token that is revoked while it is being shown refreshes nothing")
    func refreshAndRevocation() throws {
        let bench = try bench()
        let client = bench.client("u/t1")
        bench.store.holdReads()
        client.emit("auth:refresh", "{\"token\":\"u/t2\"}", ack: 1)
        bench.store.commit([.tokenRevoked(TokenID("t2"), UserID("u"))], revision: 1)
        bench.turn()
        bench.store.answerReads()
        #expect(errors(client.take(), "unauthorized") == 1)
        #expect(client.isOpen)
        bench.store.commit([.tokenRevoked(TokenID("t1"), UserID("u"))], revision: 1)
        #expect(client.takeNames().contains("session:ended"))
        #expect(!client.isOpen)
    }

    @Test("Keys that are revoked while a client is being looked up end it: it was on no list of those to end")
    func keysRevokedMeanwhile() throws {
        let bench = try bench()
        bench.store.holdReads()
        let client = TestClient(bench)
        client.connect("u/t1")
        bench.turn()
        bench.tokens.revokeKeys()
        bench.store.answerReads()
        let packets = client.take()
        #expect(packets.contains { $0.contains("session:ended") && $0.contains("token_revoked") })
        #expect(!packets.contains { $0.contains("session:ready") } && !client.isOpen)
        #expect(bench.gateway.directory.all.isEmpty)
        #expect(bench.client("u/t2").isOpen)
    }

    @Test("A token whose keys are revoked while it is being shown refreshes nothing")
    func keysRevokedAtRefresh() throws {
        let bench = try bench()
        let client = bench.client("u/t1")
        bench.store.holdReads()
        client.emit("auth:refresh", "{\"token\":\"u/t2\"}", ack: 1)
        bench.tokens.revokeKeys()
        bench.store.answerReads()
        #expect(errors(client.take(), "unauthorized") == 1)
    }

    @Test("The token of the refresh is the one whose revocation counts afterwards")
    func refreshed() throws {
        let bench = try bench()
        let client = bench.client("u/t1")
        client.emit("auth:refresh", "{\"token\":\"u/t2\"}", ack: 1)
        #expect(client.takeNames() == ["#1"])
        bench.store.commit([.tokenRevoked(TokenID("t1"), UserID("u"))], revision: 1)
        bench.turn()
        #expect(client.isOpen)
        bench.store.commit([.tokenRevoked(TokenID("t2"), UserID("u"))], revision: 1)
        bench.turn()
        #expect(!client.isOpen)
    }
}
