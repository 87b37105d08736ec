import ChatCore
import ChatCoreTestKit
import Foundation
import Testing
import WaitTestKit

@testable import ChatSQLite

/// What was deleted is not in the file any more, whichever table or index had it.
@Suite("Deleted text")
struct ErasureTests {
    /// Words that nothing else has, and that no neighbour of theirs shortens in the index.
    private static let words = ["qzkeramik", "xvpalast", "wjhimmel"]

    private func bytes(_ path: String) throws -> Data { try Data(contentsOf: URL(fileURLWithPath: path)) }

    private func found(_ path: String) throws -> [String] {
        let bytes = try bytes(path)
        // The index has a word without what it shares with the one before it.
        return Self.words.filter { word in bytes.range(of: Data(word.dropFirst().utf8)) != nil }
    }

    private func fill(_ bench: StoreBench, _ chat: ChatID, _ ann: UserID, count: Int) async throws -> [Message] {
        var messages: [Message] = []
        for number in 0..<count {
            let word = number == 40 ? Self.words[0] : number == 90 ? Self.words[1] : "w\(number * 7919 % 1000)"
            messages.append(try await bench.send("said \(word) and more \(number)", to: chat, from: ann))
        }
        // A text that needs pages of its own.
        let long = String(repeating: "\(Self.words[2]) lang ", count: 300)
        messages.append(try await bench.send(long, to: chat, from: ann))
        return messages
    }

    private func settle(_ fixture: StoreFixture) async throws {
        try await until("the store has settled", every: .milliseconds(20)) {
            let left = try StoreFixture.shell(
                fixture.database,
                """
                SELECT (SELECT count(*) FROM chores)
                    + (ifnull((SELECT max(n) FROM messages), 0) > (SELECT indexed_n FROM state))
                """)
            return try left == "0" && fixture.sqlite.counters.logBytes == 0
        }
    }

    @Test("Words of deleted and edited messages are gone from the file with the next checkpoint, index and all")
    func gone() async throws {
        let fixture = try StoreFixture(SQLiteStoreOptions(durability: .normal))
        let bench = fixture.bench
        let ann = try await bench.user("ann")
        let chat = try await bench.group("c", [ann])
        let messages = try await fill(bench, chat, ann, count: 150)
        try await settle(fixture)
        #expect(try found(fixture.database) == Self.words)
        _ = try await bench.perform(.delete(chat, messages[40].id, by: .user(ann)))
        _ = try await bench.perform(.edit(chat, messages[90].id, content: "something else", by: ann))
        _ = try await bench.perform(.edit(chat, messages[150].id, content: "short", by: ann))
        try await settle(fixture)
        #expect(try found(fixture.database) == [])
        let hits = try await bench.read { view in
            try ["said", "else", Self.words[0]].map { word in
                try view.search(word, for: ann, in: nil, page: PageRequest(limit: 200)).items.count
            }
        }
        #expect(hits == [148, 1, 0])
        try bench.close()
        #expect(try found(fixture.database) == [])
        #expect(try DatabaseCheck.run(fixture.database).isEmpty)
    }

    @Test("A stop right after a deletion leaves nothing of the text either, in a chat that was deleted too")
    func stop() async throws {
        let fixture = try StoreFixture(SQLiteStoreOptions(durability: .normal))
        let bench = fixture.bench
        let ann = try await bench.user("ann")
        let chat = try await bench.group("c", [ann])
        let messages = try await fill(bench, chat, ann, count: 100)
        try await settle(fixture)
        for message in [messages[40], messages[90], messages[100]] {
            _ = try await bench.perform(.delete(chat, message.id, by: .operator))
        }
        try bench.close()
        #expect(try found(fixture.database) == [])
        #expect(try DatabaseCheck.run(fixture.database).isEmpty)
        try bench.restart()
        let other = try await bench.group("d", [ann])
        _ = try await fill(bench, other, ann, count: 100)
        try await settle(fixture)
        #expect(try found(fixture.database) == Self.words)
        _ = try await bench.perform(.deleteChat(other))
        try await settle(fixture)
        #expect(try found(fixture.database) == [])
        try bench.close()
    }
}
