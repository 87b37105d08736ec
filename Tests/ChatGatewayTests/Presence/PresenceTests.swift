import ChatCore
import NIOCore
import NIOEmbedded
import Testing

@testable import ChatGateway

/// What contacts hear of each other's coming and going, and what is written down.
@Suite("Presence")
struct PresenceTests {
    private func bench(_ configure: (inout GatewayConfiguration) -> Void = { _ in }) throws -> GatewayBench {
        let bench = try GatewayBench { configuration in
            configuration.presenceGrace = .zero
            configure(&configuration)
        }
        bench.admit(chats: ["c"])
        return bench
    }

    /// Lets what waits for company be told.
    private func tell(_ bench: GatewayBench) { bench.eventLoop.advanceTime(by: .seconds(3)) }

    private func statuses(_ client: TestClient) -> [String] { client.take().filter { $0.contains("user:status") } }

    private func written(_ bench: GatewayBench) -> [String] {
        bench.store.submitted.flatMap { command -> [String] in
            guard case .presence(let changes) = command else { return [] }
            return changes.map { "\($0.userID.rawValue) \($0.online ? "on" : "off")" }
        }
    }

    @Test("Who comes and goes is told to those who share a chat, not to one's own sockets, and written down")
    func told() throws {
        let bench = try bench()
        let bob = bench.client("bob")
        tell(bench)
        _ = bob.take()
        let (alice, desk) = (bench.client("alice"), bench.client("alice"))
        #expect(statuses(bob).isEmpty, "it waits for company")
        tell(bench)
        let online = statuses(bob)
        #expect(online.count == 1 && online.allSatisfy { $0.contains("\"alice\"") && $0.contains("online") })
        #expect(statuses(desk).isEmpty && statuses(alice).isEmpty)
        alice.leave()
        tell(bench)
        #expect(statuses(bob).isEmpty, "there is another socket")
        desk.leave()
        tell(bench)
        #expect(statuses(bob).map { $0.contains("offline") } == [true])
        #expect(written(bench) == ["bob on", "alice on", "alice off"])
    }

    @Test("Who comes and is gone before it is told was not there")
    func passing() throws {
        let bench = try bench()
        let bob = bench.client("bob")
        tell(bench)
        _ = bob.take()
        bench.client("alice").leave()
        tell(bench)
        #expect(statuses(bob).isEmpty)
        #expect(written(bench) == ["bob on"])
    }

    @Test("Who is put into a chat is heard of there; who is taken out no more")
    func membership() throws {
        let bench = try bench()
        let (alice, bob) = (bench.client("alice"), bench.client("bob"))
        tell(bench)
        _ = bob.take()
        let chat = GatewayBench.chat("d")
        bench.store.commit(
            [.memberAdded(chat, GatewayBench.card("alice")), .memberAdded(chat, GatewayBench.card("bob"))], revision: 2)
        bench.store.commit(
            [.memberRemoved(ChatID("c"), UserID("alice")), .memberRemoved(ChatID("c"), UserID("bob"))], revision: 3)
        alice.leave()
        tell(bench)
        #expect(statuses(bob).count == 1)
        let again = bench.client("alice")
        bench.store.commit(
            [.memberRemoved(chat.id, UserID("bob")), .memberRemoved(ChatID("c"), UserID("alice"))], revision: 4)
        tell(bench)
        _ = bob.take()
        again.leave()
        tell(bench)
        #expect(statuses(bob).isEmpty)
    }

    @Test("Once the server stops nobody is told to be gone, nor written down so")
    func stopping() throws {
        let bench = try bench()
        let (alice, bob) = (bench.client("alice"), bench.client("bob"))
        tell(bench)
        _ = bob.take()
        bench.gateway.presence.stop()
        alice.leave()
        tell(bench)
        #expect(statuses(bob).isEmpty)
        #expect(Set(written(bench)) == ["alice on", "bob on"])
    }

    @Test("Within the grace one who lost the last connection is online")
    func grace() throws {
        let bench = try bench { $0.presenceGrace = .seconds(1000) }
        let (alice, bob) = (bench.client("alice"), bench.client("bob"))
        tell(bench)
        _ = bob.take()
        alice.leave()
        tell(bench)
        #expect(statuses(bob).isEmpty)
        #expect(bench.gateway.onlineUsers(among: [UserID("alice"), UserID("nobody")]) == [UserID("alice")])
    }
}
