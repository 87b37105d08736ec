import ChatCore
import ChatCoreTestKit
import GRDBSQLite
import Testing

@testable import ChatSQLite

@Suite("A failing disk")
struct FaultTests {
    /// A writer without its thread, so that faults can be put into its connection.
    private final class Writer {
        let directory: TemporaryDirectory
        let file: DatabaseFile
        let work: WriterWork
        var batches: BatchWriter { work.batches }

        init() throws {
            directory = try TemporaryDirectory()
            let data = try DataDirectory(making: directory.path)
            file = DatabaseFile(data, try DirectoryLock(data))
            var options = SQLiteStoreOptions()
            options.durability = .normal
            let preparation = try DatabasePreparation(file, options)
            work = preparation.work(
                mailbox: Mailbox(capacity: 1), gate: ReaderGate(), policy: ChatPolicy(clientsCreateChats: .all),
                options: options)
        }

        func run(_ commands: [Command]) -> [CommittedBatch.Entry] {
            batches.run(commands.map { Mailbox.Job(command: $0, reply: .nobody) }).batch.entries
        }

        func close() throws {
            try work.upkeep.close()
            file.release()
        }
    }

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

    private func setUp(_ writer: Writer) throws -> [MessageID] {
        var commands = ["ann", "bob", "carl"].map { Command.createUser(NewUser(id: UserID($0), username: $0)) }
        commands.append(.createChat(NewChat(id: ChatID("c"), members: ["ann", "bob"]), by: .operator))
        for number in 1...3 {
            commands.append(.send(NewMessage(chatID: ChatID("c"), sender: UserID("ann"), content: "old \(number)")))
        }
        return writer.run(commands).compactMap { entry in
            if case .success(.message(let message, _)) = entry.result { message.id } else { nil }
        }
    }

    @Test("An error at any point of a batch leaves nothing of it, in the file or in memory, and the next try is whole")
    func everyPoint() throws {
        let writer = try Writer()
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
            for entry in entries {
                #expect(throws: ChatError.self) { try entry.result.get() }
                #expect(entry.changes.isEmpty)
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
        let writer = try Writer()
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
}
