import ByteText
import ChatCore
import ChatWire
import NIOCore
import NIOEmbedded
import Testing

@testable import ChatGateway
@testable import SocketIO

/// What a second process hears, whose namespace an adapter joins to that of the one that hears of commits.
@Suite("Two processes of one chat")
struct ClusterTests {
    private let bench: GatewayBench
    private let there: GatewayBench.Node

    init() throws {
        bench = try GatewayBench { $0.historyVisibility = .joined }
        there = bench.join { $0.historyVisibility = .joined }
        bench.admit(chats: ["c"])
    }

    private func new(_ seq: Int64, in chat: String) -> Change { .messageNew(GatewayBench.message(seq, in: chat)) }

    @Test("A commit is told to the sockets of both in the same words, an ack only to who asked")
    func commit() {
        let (sender, near, far) = (bench.client("u"), bench.client("v"), bench.client("v", at: there))
        sender.emit("message:send", "{\"chatId\":\"c\",\"content\":\"x\"}", ack: 1)
        let message = GatewayBench.message(1, in: "c")
        bench.store.commitSubmitted(.message(message, duplicate: false), [.messageNew(message)], revision: 2)
        #expect(Set(sender.takeNames()) == ["#1", "message:new", "offset 2"])
        let told = near.take()
        #expect(told.map(TestClient.name) == ["message:new", "offset 2"])
        #expect(far.take() == told)
    }

    @Test("Who comes to a chat, or goes, is moved wherever they are connected")
    func members() {
        bench.admit(chats: [])
        let clients = [bench.client("u"), bench.client("u", at: there)]
        bench.store.commit(
            [.chatCreated(GatewayBench.chat("d"), members: [UserID("u")]), new(1, in: "d")], revision: 2)
        for client in clients { #expect(client.takeNames() == ["chat:added", "message:new", "offset 2"]) }
        bench.store.commit([.memberRemoved(ChatID("d"), UserID("u")), new(2, in: "d")], revision: 3)
        for client in clients { #expect(client.takeNames() == ["chat:removed", "offset 3"]) }
    }

    @Test("Where newcomers see less, the floor of who comes is known in both")
    func floors() {
        bench.admit(chats: [])
        let clients = [bench.client("u"), bench.client("u", at: there)]
        var chat = GatewayBench.chat("c")
        chat.lastSeq = 3
        bench.store.commit([.memberAdded(chat, GatewayBench.card("u"))], revision: 2)
        for client in clients { #expect(client.takeNames() == ["chat:added", "offset 2"]) }
        let changes = [3, 4].map { Change.messageUpdated(GatewayBench.message($0, in: "c")) }
        bench.store.commit(changes, revision: 3)
        for client in clients { #expect(client.takeNames() == ["message:updated", "offset 3"]) }
    }

    @Test("What ends a user ends the sessions of both processes", arguments: [
        (Change.userBlocked(UserID("u")), "user_blocked"), (.userDeleted(UserID("u")), "user_deleted"),
        (.tokensRevoked(UserID("u")), "token_revoked"), (.tokenRevoked(TokenID("t"), UserID("u")), "token_revoked"),
    ])
    func ended(change: Change, reason: String) {
        let own = [bench.client("u/t"), bench.client("u/t", at: there)]
        let other = bench.client("v/t", at: there)
        bench.store.commit([change], revision: 2)
        for client in own {
            #expect(client.take().contains { $0.contains("session:ended") && $0.contains("\"\(reason)\"") })
            #expect(!client.isOpen)
        }
        #expect(other.isOpen)
    }

    @Test("The operator disconnects a user from both")
    func disconnect() {
        let own = [bench.client("u"), bench.client("u", at: there)]
        bench.gateway.disconnect(user: UserID("u"))
        for client in own {
            // With the DISCONNECT that follows.
            #expect(client.takeNames() == ["session:ended", "1"])
            #expect(!client.isOpen)
        }
    }

    @Test("Who types in one is seen to type in the other")
    func typing() {
        let (near, far) = (bench.client("alice"), bench.client("bob", at: there))
        near.emit("typing:start", "{\"chatId\":\"c\"}")
        near.emit("typing:stop", "{\"chatId\":\"c\"}")
        #expect(far.takeNames().filter { $0.hasPrefix("typing:") } == ["typing:start", "typing:stop"])
        far.emit("typing:start", "{\"chatId\":\"c\"}")
        #expect(near.takeNames().filter { $0.hasPrefix("typing:") } == ["typing:start"])
    }

    @Test("Each act is read as it was written", arguments: SessionEnd.allCases.map { SessionAct.end($0) } + [
        .endOf(TokenID("t")), .joined(ChatID("c"), lastSeq: .max), .lostMembership(of: ChatID("")),
        .profileChanged(UserCard(id: UserID("u"), username: "é", displayName: nil, avatarURL: "")),
    ])
    func acts(act: SessionAct) throws {
        var writer = ClusterWriter()
        act.encode(into: &writer)
        var reader = ClusterReader(writer.buffer)
        let read = try #require(try SessionAct(&reader))
        try reader.end()
        var again = ClusterWriter()
        read.encode(into: &again)
        #expect(again.buffer == writer.buffer)
        var unknown = ClusterReader(ByteBuffer(bytes: [99]))
        #expect(try SessionAct(&unknown) == nil)
    }
}
