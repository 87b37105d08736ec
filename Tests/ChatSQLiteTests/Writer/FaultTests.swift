import ChatCore
import ChatCoreTestKit
import CSQLite
import Testing

@testable import ChatSQLite

@Suite("A failing disk")
struct FaultTests {
    /// Stops SQLite at one instruction, once.
    private final class Interruption {
        var left: Int32

        init(after count: Int32) { left = count }

        func arm(_ connection: OpaquePointer) {
            sqlite3_progress_handler(
                connection, 1,
                { context in
                    guard let context else { return 0 }
                    let interruption = Unmanaged<Interruption>.fromOpaque(context).takeUnretainedValue()
                    interruption.left -= 1
                    return interruption.left == 0 ? 1 : 0
                }, Unmanaged.passUnretained(self).toOpaque())
        }

        func disarm(_ connection: OpaquePointer) { sqlite3_progress_handler(connection, 0, nil, nil) }
    }

    private func setUp(_ writer: ManualWriter) throws -> [MessageID] {
        var commands = ["ann", "bob", "carl"].map { Command.createUser(NewUser(id: UserID($0), username: $0)) }
        commands.append(.createChat(NewChat(id: ChatID("c"), members: ["ann", "bob"]), by: .operator))
        for number in 1...3 {
            commands.append(.send(NewMessage(chatID: ChatID("c"), sender: UserID("ann"), content: "old \(number)")))
        }
        return writer.run(commands).compactMap { entry in
            if case .success(.message(let message, _)) = entry.result { message.id } else { nil }
        }
    }

    /// Messages that the changes of a command made.
    private static func sent(_ entry: CommittedBatch.Entry) -> Int {
        entry.changes.count { if case .messageNew = $0 { true } else { false } }
    }

    @Test("An error at any point of a batch leaves nothing of it, in the file or in memory, and the next try is whole")
    func everyPoint() throws {
        let writer = try ManualWriter()
        let old = try setUp(writer)
        let (chat, ann, bob) = (ChatID("c"), UserID("ann"), UserID("bob"))
        var failures = 0
        var round = 0
        var point: Int32 = 1
        var seq: Int64 = 3
        while true {
            round += 1
            let carl = UserID("carl")
            let file = FileID("f\(round)")
            let commands: [Command] = [
                .send(NewMessage(chatID: chat, sender: ann, content: "\(round)", clientID: "k\(round)")),
                .markRead(chat, old[2], by: bob),
                .putMember(chat, carl, role: nil, by: .operator),
                .send(NewMessage(chatID: chat, sender: carl, content: "carl \(round)", replyTo: old[0])),
                .edit(chat, old[0], content: "edited \(round)", by: ann),
                .react(chat, old[1], emoji: "e", remove: round.isMultiple(of: 2), by: bob),
                .removeMember(chat, carl, by: .operator),
                .send(NewMessage(chatID: chat, sender: bob, content: "bob \(round)")),
                .beginFile(NewFile(id: file, owner: bob, name: "n")),
                .appendToFile(file, [UInt8](repeating: 7, count: 5000)),
                .finishFile(file, FileTraits(mimeType: "x/y")),
                .send(NewMessage(chatID: chat, sender: bob, content: "", kind: .file, attachments: [file])),
            ]
            let handle = writer.batches.connection.handle
            let interruption = Interruption(after: point)
            let revision = writer.batches.committed
            interruption.arm(handle)
            let entries = writer.run(commands)
            interruption.disarm(handle)
            if interruption.left > 0 {
                // The whole batch ran before that point: all of them were tried.
                #expect(entries.allSatisfy { if case .success = $0.result { true } else { false } })
                seq += 4
                break
            }
            failures += 1
            let failed = entries.filter { if case .failure = $0.result { true } else { false } }
            #expect(failed.allSatisfy { $0.changes.isEmpty })
            // The search index gives the error another name: then it is of that one command, and of no neighbour.
            guard failed.count == entries.count else {
                #expect(failed.count == 1, "point \(point)")
                seq += Int64(entries.reduce(0) { $0 + Self.sent($1) })
                point += 7
                continue
            }
            #expect(writer.batches.committed == revision)
            let again = writer.run(commands).map(\.result)
            #expect(again.allSatisfy { if case .success = $0 { true } else { false } }, "point \(point): \(again)")
            let seqs = again.compactMap { result -> Int64? in
                if case .success(.message(let message, false)) = result, message.editedAt == nil {
                    message.seq
                } else {
                    nil
                }
            }
            #expect(seqs == [seq + 1, seq + 2, seq + 3, seq + 4], "point \(point)")
            seq += 4
            point += 7
        }
        #expect(failures > 50)
        let stored = try writer.batches.connection.prepare("SELECT last_seq FROM chats").first { $0.int(0) }
        #expect(stored == seq)
        try writer.close()
        #expect(try DatabaseCheck.run(writer.directory.path + "/parley.db").isEmpty)
    }

    @Test("On a full disk every command is answered storage_full and nothing is told; with room it goes on by itself")
    func full() throws {
        let writer = try ManualWriter()
        _ = try setUp(writer)
        let connection = writer.batches.connection
        let pages = try connection.prepare("PRAGMA page_count").first { $0.int(0) } ?? 0
        _ = try connection.prepare("PRAGMA max_page_count = \(pages)").first { $0.int(0) }
        let long = String(repeating: "x", count: 4900)
        let sends = (1...40).map { _ in
            Command.send(NewMessage(chatID: ChatID("c"), sender: UserID("ann"), content: long))
        }
        for entry in writer.run(sends) {
            guard case .failure(let error) = entry.result else {
                Issue.record("stored on a full disk")
                return
            }
            #expect(error.code == .storageFull && error.retryable)
            #expect(entry.changes.isEmpty)
        }
        let counted = try connection.prepare("SELECT count(*), (SELECT last_seq FROM chats) FROM messages").first {
            [$0.int(0), $0.int(1)]
        }
        #expect(counted == [3, 3])
        _ = try connection.prepare("PRAGMA max_page_count = 1000000").first { $0.int(0) }
        let seqs = writer.run(sends).compactMap { entry -> Int64? in
            if case .success(.message(let message, _)) = entry.result { message.seq } else { nil }
        }
        #expect(seqs == Array(4...43))
        try writer.close()
        #expect(try DatabaseCheck.run(writer.directory.path + "/parley.db").isEmpty)
    }

    /// Sends of which one meets a trigger that `raise`s.
    private func sendBesidePoison(_ raise: String, _ trigger: String) throws {
        let writer = try ManualWriter()
        _ = try setUp(writer)
        try writer.batches.connection.execute("\(trigger) BEGIN SELECT RAISE(\(raise), 'poison'); END")
        let commands = (1...50).map { number in
            Command.send(
                NewMessage(
                    chatID: ChatID("c"), sender: UserID(number == 31 ? "bob" : "ann"),
                    content: number == 31 ? "poison" : "\(number)"))
        }
        let entries = writer.run(commands)
        #expect(entries.count == 50)
        for (place, entry) in entries.enumerated() {
            switch entry.result {
            case .success(.message(let message, _)):
                // Those before it and those behind it, without a gap.
                #expect(place != 30 && message.seq == Int64(3 + place + (place < 30 ? 1 : 0)))
            case .failure(let error): #expect(place == 30 && error.code == .internal && entry.changes.isEmpty)
            default: Issue.record("\(entry.result)")
            }
        }
        try writer.batches.connection.execute("DROP TRIGGER poison")
        try writer.close()
        #expect(try DatabaseCheck.run(writer.directory.path + "/parley.db").isEmpty)
    }

    @Test(
        "A row that the database refuses fails its own command and none of its neighbours",
        arguments: ["ABORT", "FAIL", "ROLLBACK"])
    func poison(_ raise: String) throws {
        try sendBesidePoison(
            raise, "CREATE TRIGGER poison BEFORE INSERT ON messages WHEN NEW.content = 'poison'")
        // What the memory holds back is written at the end of the batch only.
        try sendBesidePoison(
            raise,
            """
            CREATE TRIGGER poison BEFORE UPDATE ON members
            WHEN NEW.user = (SELECT key FROM users WHERE id = 'bob')
            """)
    }

    @Test("A command that the database refuses halfway leaves nothing of it, and its neighbours are carried out")
    func halfway() throws {
        let writer = try ManualWriter()
        _ = try setUp(writer)
        try writer.batches.connection.execute(
            "CREATE TRIGGER poison BEFORE INSERT ON members BEGIN SELECT RAISE(FAIL, 'poison'); END")
        let results = writer.run([
            .send(NewMessage(chatID: ChatID("c"), sender: UserID("ann"), content: "before")),
            .createChat(NewChat(id: ChatID("half"), members: ["ann", "bob"]), by: .operator),
            .send(NewMessage(chatID: ChatID("c"), sender: UserID("ann"), content: "after")),
        ]).map(\.result)
        let codes = results.map { result in
            if case .failure(let error) = result { error.code } else { nil as ChatError.Code? }
        }
        #expect(codes == [nil, .internal, nil])
        let chats = try writer.batches.connection.prepare("SELECT count(*) FROM chats").first { $0.int(0) }
        #expect(chats == 1)
        try writer.close()
    }
}
