import ChatCore
import NIOCore
import NIOEmbedded
import Testing

@testable import ChatGateway

/// What the sockets of a chat hear of who types.
@Suite("The board of who types")
struct TypingBoardTests {
    private func bench(_ configure: (inout GatewayConfiguration) -> Void = { _ in }) throws -> GatewayBench {
        let bench = try GatewayBench(configure)
        bench.admit(chats: ["c", "d"])
        return bench
    }

    private func start(_ client: TestClient, in chat: String = "c") {
        client.emit("typing:start", "{\"chatId\":\"\(chat)\"}")
    }

    private func told(_ client: TestClient) -> [String] { client.takeNames().filter { $0.hasPrefix("typing:") } }

    @Test("Who stops without saying so is told to have stopped, by a timer that is there again the next time")
    func timer() throws {
        let bench = try bench { $0.typingTimeout = .zero }
        let (alice, bob) = (bench.client("alice"), bench.client("bob"))
        for round in 1...3 {
            start(alice)
            #expect(told(bob) == ["typing:start"], "\(round)")
            bench.eventLoop.advanceTime(by: .seconds(1))
            #expect(told(bob) == ["typing:stop"], "\(round)")
            bench.eventLoop.advanceTime(by: .seconds(1))
            #expect(told(bob).isEmpty, "\(round)")
        }
    }

    @Test("The end of the connection ends it, in every chat; that of another socket of the user does not")
    func ends() throws {
        let bench = try bench()
        let (phone, desk, bob) = (bench.client("alice"), bench.client("alice"), bench.client("bob"))
        start(phone)
        start(phone, in: "d")
        #expect(told(bob) == ["typing:start", "typing:start"])
        desk.leave()
        bench.turn()
        #expect(told(bob).isEmpty)
        phone.leave()
        bench.turn()
        #expect(told(bob) == ["typing:stop", "typing:stop"])
    }

    @Test("A stop of who does not type is told to nobody")
    func stopOfNobody() throws {
        let bench = try bench()
        let (alice, bob, carol) = (bench.client("alice"), bench.client("bob"), bench.client("carol"))
        carol.emit("typing:stop", "{\"chatId\":\"c\"}")
        start(alice)
        carol.emit("typing:stop", "{\"chatId\":\"c\"}")
        alice.emit("typing:stop", "{\"chatId\":\"d\"}")
        #expect(told(bob) == ["typing:start"])
    }
}
