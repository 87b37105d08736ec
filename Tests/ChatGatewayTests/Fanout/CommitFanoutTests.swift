import ChatCore
import Testing

@testable import ChatGateway

/// Who hears of a commit, and in what order.
@Suite("Commits are told")
struct CommitFanoutTests {
    private let bench: GatewayBench
    private let send = "{\"chatId\":\"c\",\"content\":\"x\"}"

    init() throws {
        bench = try GatewayBench()
        bench.admit(chats: ["c"])
    }

    private func new(_ seq: Int64, in chat: String) -> Change { .messageNew(GatewayBench.message(seq, in: chat)) }

    @Test("A message comes with its ack, and both before the offset that covers them; the same text is in both")
    func message() throws {
        let (sender, other) = (bench.client("u"), bench.client("v"))
        sender.emit("message:send", send, ack: 1)
        let message = GatewayBench.message(1, in: "c")
        bench.store.commitSubmitted(.message(message, duplicate: false), [.messageNew(message)], revision: 2)
        let packets = sender.take()
        #expect(Set(packets.dropLast().map(TestClient.name)) == ["#1", "message:new"])
        #expect(packets.last.map(TestClient.name) == "offset 2" && packets.count == 3)
        let json = try #require(packets.first { $0.contains("message:new") }?.dropFirst("2[\"message:new\",".count))
        let ack = try #require(packets.first { $0.hasPrefix("3") })
        #expect(ack.contains(json.dropLast()) && ack.contains("\"duplicate\":false"))
        #expect(other.takeNames() == ["message:new", "offset 2"])
    }

    @Test("A message that was sent before is acked again, and told to nobody; nor is there an offset")
    func duplicate() {
        let (sender, other) = (bench.client("u"), bench.client("v"))
        sender.emit("message:send", send, ack: 1)
        bench.store.commitSubmitted(.message(GatewayBench.message(1, in: "c"), duplicate: true), revision: 2)
        let packets = sender.take()
        #expect(packets.map(TestClient.name) == ["#1"] && packets.allSatisfy { $0.contains("\"duplicate\":true") })
        #expect(other.takeNames().isEmpty)
    }

    @Test("A refusal is an ack, or an error event for who asked for none; and it is no news")
    func refusal() {
        let (sender, other) = (bench.client("u"), bench.client("v"))
        sender.emit("message:send", send, ack: 1)
        sender.emit("message:send", send)
        bench.store.refuseSubmitted(ChatError(.forbidden, "no"))
        let packets = sender.take()
        #expect(packets.map(TestClient.name) == ["#1", "error"])
        #expect(packets.allSatisfy { $0.contains("\"forbidden\"") })
        #expect(packets.last?.contains("message:send") == true)
        #expect(other.takeNames().isEmpty)
    }

    @Test("A new chat is brought to its members, who hear what follows in it; nobody else does")
    func created() {
        let (member, other) = (bench.client("u"), bench.client("v"))
        bench.store.commit(
            [.chatCreated(GatewayBench.chat("d"), members: [UserID("u")]), new(1, in: "d")], revision: 2)
        #expect(member.takeNames() == ["chat:added", "message:new", "offset 2"])
        #expect(other.takeNames().isEmpty)
    }

    @Test("Who is removed hears that, and nothing of the chat from then on; the others hear who it was")
    func removed() {
        let (gone, stays) = (bench.client("u"), bench.client("v"))
        bench.store.commit([.memberRemoved(ChatID("c"), UserID("u")), new(1, in: "c")], revision: 2)
        #expect(gone.takeNames() == ["chat:removed", "offset 2"])
        #expect(stays.takeNames() == ["chat:member-removed", "message:new", "offset 2"])
    }

    @Test("Who is added hears of the chat and of what follows, the others of who came")
    func added() {
        bench.admit(chats: [])
        let comes = bench.client("w")
        bench.admit(chats: ["c"])
        let member = bench.client("u")
        bench.store.commit(
            [new(1, in: "c"), .memberAdded(GatewayBench.chat("c"), GatewayBench.card("w")), new(2, in: "c")],
            revision: 2)
        #expect(comes.takeNames() == ["chat:added", "message:new", "offset 2"])
        #expect(member.takeNames() == ["message:new", "chat:member-added", "message:new", "offset 2"])
    }

    @Test("A chat that is deleted is removed from everybody, and with it what they hear")
    func deleted() {
        let clients = [bench.client("u"), bench.client("v")]
        bench.store.commit(
            [.chatDeleted(ChatID("c"), members: [UserID("u"), UserID("v")]), new(1, in: "c")], revision: 2)
        for client in clients { #expect(client.takeNames() == ["chat:removed", "offset 2"]) }
    }

    @Test("What ends a user ends all of their sessions, with its reason, and nobody else's", arguments: [
        (Change.userBlocked(UserID("u")), "user_blocked"), (.userDeleted(UserID("u")), "user_deleted"),
        (.tokensRevoked(UserID("u")), "token_revoked"), (.tokenRevoked(TokenID("t"), UserID("u")), "token_revoked"),
    ])
    func ended(change: Change, reason: String) {
        let own = [bench.client("u/t"), bench.client("u/t")]
        let other = bench.client("v/t")
        bench.store.commit([change], revision: 2)
        for client in own {
            #expect(client.take().contains { $0.contains("session:ended") && $0.contains("\"\(reason)\"") })
            #expect(!client.isOpen)
        }
        #expect(other.isOpen && !other.takeNames().contains("session:ended"))
    }

    /// What becomes of message 3, which quotes message 2.
    private static let past: [Change] = {
        var message = GatewayBench.message(3, in: "c")
        message.replyTo = Message.Quote(id: MessageID("m2"), seq: 2, senderID: nil, content: "quoted")
        var gone = GatewayBench.message(3, in: "c")
        gone.deletedAt = Timestamp(milliseconds: 1)
        let reaction = ReactionChange(
            chatID: ChatID("c"), messageID: message.id, seq: 3, userID: UserID("x"), emoji: "👍", removed: false,
            reactions: [])
        return [.messageUpdated(message), .messageReaction(reaction), .messageDeleted(gone)]
    }()

    @Test("Where newcomers see less, each hears of the past what they see of it, in order with the rest", arguments: [
        (0, true, true), (1, true, true), (2, true, false), (3, false, false),
    ])
    func floors(floor: Int64, hears: Bool, seesQuote: Bool) throws {
        let bench = try GatewayBench { $0.historyVisibility = .joined }
        bench.admit(chats: ["c"], floors: ["c": floor])
        let client = bench.client("u")
        bench.store.commit([new(4, in: "c")] + Self.past + [new(5, in: "c")], revision: 2)
        let packets = client.take()
        let past = ["message:updated", "message:reaction", "message:deleted"]
        #expect(packets.map(TestClient.name) == ["message:new"] + (hears ? past : []) + ["message:new", "offset 2"])
        #expect(packets.contains { $0.contains("\"quoted\"") } == seesQuote)
    }

    @Test("Who is added sees from then on, also what was held back until they came in, and what came before they left")
    func floorOfWhoIsAdded() throws {
        let bench = try GatewayBench { $0.historyVisibility = .joined }
        bench.admit(chats: [])
        let comes = bench.client("u")
        var chat = GatewayBench.chat("c")
        chat.lastSeq = 3
        bench.store.commit(
            [.memberAdded(chat, GatewayBench.card("u"))] + Self.past + [.memberRemoved(chat.id, UserID("u"))],
            revision: 2)
        #expect(comes.takeNames() == ["chat:added", "chat:removed", "offset 2"])
    }

    @Test("Where everybody sees all, everybody hears all")
    func noFloors() throws {
        bench.admit(chats: ["c"], floors: ["c": 9])
        let client = bench.client("u")
        bench.store.commit(Self.past, revision: 2)
        #expect(client.takeNames() == ["message:updated", "message:reaction", "message:deleted", "offset 2"])
    }
}
