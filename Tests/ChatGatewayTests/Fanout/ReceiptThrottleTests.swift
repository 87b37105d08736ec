import ChatCore
import NIOCore
import Testing

@testable import ChatGateway

@Suite("Receipts are told at most once an interval")
struct ReceiptThrottleTests {
    private let bench: GatewayBench
    private let interval = TimeAmount.seconds(1000)

    init() throws {
        // Longer than any test takes: what is told in time is told by the test's hand.
        bench = try GatewayBench { $0.receiptInterval = .seconds(1000) }
        bench.admit(chats: ["c", "d"])
    }

    private func receipt(_ seq: Int64, of user: String = "v", in chat: String = "c", members: Int = 2) -> Receipt {
        Receipt(
            chatID: ChatID(chat), userID: UserID(user), messageID: MessageID("m\(seq)"), seq: seq, at: .now(),
            memberCount: members)
    }

    private func receipts(_ client: TestClient) -> [String] {
        client.take().filter { $0.contains("message:read") || $0.contains("message:delivered") }
    }

    private var toldUpTo: Int64 { bench.gateway.receipts.toldUpTo(orElse: Revision(.max)).value }

    @Test("Of those of an interval the first is told at once, and the latest of the others at its end, once")
    func latest() {
        let client = bench.client("u")
        for seq in 1...4 { bench.store.commit([.messageRead(receipt(Int64(seq)))], revision: Int64(1 + seq)) }
        #expect(receipts(client).count == 1)
        bench.gateway.receipts.tick(now: .now() + interval)
        let told = receipts(client)
        #expect(told.count == 1 && told.allSatisfy { $0.contains("m4") })
        bench.gateway.receipts.tick(now: .now() + interval + interval)
        #expect(receipts(client).isEmpty)
    }

    @Test("What waits is not told once its member is none any more")
    func gone() {
        let client = bench.client("u")
        for seq in 1...2 { bench.store.commit([.messageRead(receipt(Int64(seq)))], revision: Int64(1 + seq)) }
        bench.store.commit([.memberRemoved(ChatID("c"), UserID("v"))], revision: 4)
        bench.gateway.receipts.tick(now: .now() + interval)
        #expect(receipts(client).allSatisfy { $0.contains("m1") })
        #expect(toldUpTo == .max)
    }

    @Test("Members, chats and kinds do not wait for each other")
    func apart() {
        let client = bench.client("u")
        bench.store.commit(
            [
                .messageRead(receipt(1)), .messageRead(receipt(1, of: "w")), .messageRead(receipt(1, in: "d")),
                .messageDelivered(receipt(1)),
            ], revision: 2)
        #expect(receipts(client).count == 4)
    }

    @Test("In a chat above --quiet-members the reader's own sockets hear of it, and nobody else", arguments: [100, 101])
    func quiet(members: Int) {
        let (reader, other) = (bench.client("v"), bench.client("u"))
        bench.store.commit([.messageRead(receipt(1, members: members))], revision: 2)
        bench.store.commit([.messageRead(receipt(2, members: members))], revision: 3)
        bench.gateway.receipts.tick(now: .now() + interval)
        #expect(receipts(reader).count == 2)
        #expect(receipts(other).count == (members > 100 ? 0 : 2))
    }

    @Test("Offsets cover no receipt that waits: not when others were told, and not before its own is out")
    func watermark() {
        bench.store.commit([.messageRead(receipt(1))], revision: 2)
        bench.store.commit([.messageRead(receipt(2))], revision: 3)
        #expect(toldUpTo == 2)
        // Told again only now, so its next one waits for longer than that of the other.
        let late = NIODeadline.now() + interval
        bench.gateway.receipts.tick(now: late)
        #expect(toldUpTo == .max)
        bench.store.commit([.messageRead(receipt(1, of: "w"))], revision: 4)
        bench.store.commit([.messageRead(receipt(2, of: "w"))], revision: 5)
        bench.store.commit([.messageRead(receipt(3))], revision: 6)
        bench.store.commit([.messageRead(receipt(3, of: "w"))], revision: 7)
        bench.store.commit([.messageRead(receipt(4))], revision: 8)
        #expect(toldUpTo == 4, "before the oldest of those that wait")
        bench.gateway.receipts.tick(now: .now() + interval)
        #expect(toldUpTo == 5, "the other still waits")
        bench.gateway.receipts.tick(now: late + interval)
        #expect(toldUpTo == .max)
    }
}
