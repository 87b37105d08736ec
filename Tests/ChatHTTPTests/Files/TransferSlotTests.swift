import ChatCore
import Synchronization
import Testing

@testable import ChatHTTP

@Suite("Places of transfers")
struct TransferSlotTests {
    private let slots = TransferSlots(.init(all: 4, user: 3, address: 3))
    private let start = ContinuousClock.now

    private final class Ended: Sendable {
        let names = Mutex<[String]>([])
    }

    private func take(
        _ name: String, for user: String, at address: String = "a", after seconds: Int = 0, _ ended: Ended = Ended()
    ) throws -> TransferSlot {
        try slots.take(for: UserID(user), at: address, now: start + .seconds(seconds)) {
            ended.names.withLock { $0.append(name) }
        }
    }

    private func refusal(_ body: () throws -> TransferSlot) -> ChatError.Code? {
        do {
            _ = try body()
            return nil
        } catch {
            return (error as? ChatError)?.code
        }
    }

    @Test("A user and an address have so many, and a place is free when nobody holds it")
    func bounds() throws {
        var held = try ["1", "2", "3"].map { try take($0, for: "u", at: $0) }
        #expect(refusal { try take("4", for: "u", at: "4") } == .rateLimited)
        held.removeLast()
        held.append(try take("4", for: "u", at: "4"))
        #expect(slots.count == 3)
        held = []
        held = try ["1", "2", "3"].map { try take($0, for: $0 + "v", at: "same") }
        #expect(refusal { try take("4", for: "w", at: "same") } == .rateLimited)
        withExtendedLifetime(held) {}
    }

    @Test("When all are taken, the slowest of the user who has most makes room for one who has less")
    func fairness() throws {
        let ended = Ended()
        let held = try ["1", "2", "3"].map { try take($0, for: "rich", at: $0, ended) }
        let other = try take("4", for: "other", at: "4", ended)
        held[0].moved(1_000_000, at: start + .seconds(1))
        held[2].moved(1_000_000, at: start + .seconds(1))
        // All are young.
        #expect(refusal { try take("5", for: "poor", at: "5", after: 2, ended) } == .unavailable)
        let fifth = try take("5", for: "poor", at: "5", after: 6, ended)
        #expect(ended.names.withLock { $0 } == ["2"])
        #expect(slots.count == 4)
        withExtendedLifetime((held, other, fifth)) {}
    }

    @Test("Whoever has many times as much makes room at once, however young theirs are")
    func many() throws {
        let slots = TransferSlots(.init(all: 8, user: 8, address: 8))
        let ended = Ended()
        func take(_ name: String, for user: String) throws -> TransferSlot {
            try slots.take(for: UserID(user), at: name, now: start) { ended.names.withLock { $0.append(name) } }
        }
        var held = try (0..<8).map { try take("\($0)", for: "rich") }
        held.append(try take("8", for: "poor"))
        #expect(ended.names.withLock { $0.count } == 1)
        // Seven are not four times two.
        #expect(refusal { try take("9", for: "poor") } == .unavailable)
        withExtendedLifetime(held) {}
    }

    @Test("Where nobody has more, one that is slow by any measure makes room, and one that moves does not")
    func slow() throws {
        let ended = Ended()
        let held = try ["1", "2", "3", "4"].map { try take($0, for: $0, at: $0, ended) }
        for second in 1...30 {
            for slot in held[1...] { slot.moved(50_000, at: start + .seconds(second)) }
            held[0].moved(1, at: start + .seconds(second))
        }
        let fifth = try take("5", for: "5", at: "5", after: 30, ended)
        #expect(ended.names.withLock { $0 } == ["1"])
        #expect(refusal { try take("6", for: "6", at: "6", after: 31, ended) } == .unavailable)
        withExtendedLifetime((held, fifth)) {}
    }

    @Test("Work that has to make room ends, also when it is told so before it began")
    func endable() async throws {
        let task = EndableTask()
        let running = Task { try await task.run { try await Task.sleep(for: .seconds(3600)) } }
        task.end()
        await #expect(throws: EndableTask.Ended.self) { try await running.value }
        let early = EndableTask()
        early.end()
        await #expect(throws: EndableTask.Ended.self) {
            try await early.run { try await Task.sleep(for: .seconds(3600)) }
        }
        #expect(try await EndableTask().run { 7 } == 7)
    }
}
