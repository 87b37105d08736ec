import ChatCore
import ChatCoreTestKit
import Foundation
import Testing

@testable import ChatSQLite

/// Files of versions whose search index was of another kind.
@Suite("An index that is made anew")
struct ReindexTests {
    private static let count: Int64 = 1700
    private let ann = UserID("ann")
    private let chat = ChatID("c")

    /// A file of version 4 with many messages in its index: message n says "old n", each tenth in Chinese too.
    /// Message 7 was deleted, and its words wait to be merged out of the index.
    private func old() throws -> TemporaryDirectory {
        let directory = try TemporaryDirectory()
        let connection = try Connection(path: directory.path + "/parley.db", readonly: false)
        try connection.execute(FirstSchema.script)
        for (number, script) in [MigrationTo2.script, MigrationTo3.script, MigrationTo4.script].enumerated() {
            try connection.execute("BEGIN; " + script + "PRAGMA user_version = \(number + 2); COMMIT")
        }
        try connection.execute(
            """
            BEGIN;
            UPDATE state SET revision = 5000, indexed_n = \(Self.count);
            INSERT INTO users (key, id, username, folded, created_ms) VALUES (1, 'ann', 'ann', 'ann', 1);
            INSERT INTO chats (key, id, kind, created_ms, member_count, last_seq, last_n, meta_n, changed)
                VALUES (1, 'c', 0, 1, 1, \(Self.count), \(Self.count), 1, 1);
            INSERT INTO members (chat, user, role, joined_ms, joined_seq, joined_n, role_n, delivered_seq, read_seq)
                VALUES (1, 1, 2, 1, 0, 1, 1, 0, 0);
            WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < \(Self.count))
            INSERT INTO messages (n, chat, seq, sender, kind, created_ms, content)
                SELECT n, 1, n, 1, 0, n, CASE WHEN n = 7 THEN '' WHEN n % 10 = 0
                    THEN '我家在上海东边 old' || n ELSE 'old' || n || ' message' END FROM numbers;
            INSERT INTO search (rowid, content) SELECT n, CASE n WHEN 7 THEN 'qzkeramik wort' ELSE content END
                FROM messages;
            INSERT INTO search (search, rowid, content) VALUES ('delete', 7, 'qzkeramik wort');
            UPDATE messages SET deleted_ms = 5, changed = 4000 WHERE n = 7;
            UPDATE chats SET silent_seq = 7, changed = 4000;
            INSERT INTO chores (kind, subject) VALUES (3, 0);
            COMMIT;
            PRAGMA journal_mode = WAL
            """)
        try connection.close()
        return directory
    }

    private func search(_ query: String, _ directory: TemporaryDirectory, all: Bool = false) throws -> SearchPage {
        let connection = try Connection(path: directory.path + "/parley.db", readonly: true)
        try Pragmas.setUpReader(connection)
        try SearchVocabulary.setUp(connection)
        let facts = StoreFacts(path: directory.path, epoch: 1, onlineAtLastEnd: [], clock: { .now() })
        let view = SQLiteReadView(connection, policy: ChatPolicy(), facts: facts)
        let page = try view.search(SearchRequest(query, page: PageRequest(limit: all ? 200 : 20)), for: ann)
        try connection.close()
        return page
    }

    /// Turns until there is one slice less to do.
    private func slice(_ writer: ManualWriter) {
        let before = writer.batches.unindexed
        while writer.batches.unindexed == before, before > 0 { _ = writer.turn() }
    }

    private func finish(_ writer: ManualWriter) { while writer.batches.unindexed > 0 { _ = writer.turn() } }

    private func send(_ content: String, _ writer: ManualWriter) throws -> Message {
        let entries = writer.run([.send(NewMessage(chatID: chat, sender: ann, content: content))])
        guard case .success(.message(let message, _))? = entries.first?.result else {
            throw ContractViolation("sent: \(entries)")
        }
        return message
    }

    @Test("It is made beside the traffic, newest messages first; what is in it is found, and search says what it lacks")
    func beside() throws {
        let directory = try old()
        let writer = try ManualWriter(in: directory)
        #expect(writer.batches.unindexed == Self.count)
        #expect(try !search("上海", directory).isComplete)
        slice(writer)
        let part = try search("上海", directory, all: true)
        #expect(!part.isComplete)
        let newest = Array(stride(from: Self.count, to: writer.batches.unindexed, by: -10))
        #expect(part.items.map(\.message.seq) == newest)
        // What is sent meanwhile does not wait for what is old.
        let new = try send("上海 new", writer)
        try writer.batches.transaction {
            let connection = writer.batches.connection
            writer.batches.indexed = try SearchIndexer.advance(connection, from: writer.batches.indexed).indexed
        }
        #expect(writer.batches.unindexed > 0)
        #expect(try search("new", directory).items.map(\.message.id) == [new.id])
        finish(writer)
        let whole = try search("上海", directory, all: true)
        #expect(whole.isComplete && whole.items.count == 171)
        #expect(try search("\"old13\"", directory).items.map(\.message.seq) == [13])
        try writer.close()
        #expect(try DatabaseCheck.run(directory.path + "/parley.db").isEmpty)
    }

    @Test("Messages that are edited or deleted before it has got to them, or after, are in it as they are")
    func altered() throws {
        let directory = try old()
        let writer = try ManualWriter(in: directory)
        slice(writer)
        func id(_ n: Int64) -> MessageID { MessageID(revision: Revision(n)) }
        for n in [3, 1690] as [Int64] {
            _ = writer.run([
                .edit(chat, id(n), content: "altered", by: ann), .delete(chat, id(n + 1), by: .user(ann)),
            ])
        }
        #expect(try search("altered", directory).items.map(\.message.seq) == [1690])
        finish(writer)
        #expect(try search("altered", directory).items.map(\.message.seq) == [1690, 3])
        for word in ["old3", "old4", "old1690", "old1691"] {
            var query = SearchRequest("\"\(word)\"")
            query.page.limit = 5
            #expect(try search(query.query, directory).items.isEmpty, "\(word)")
        }
        try writer.close()
        #expect(try DatabaseCheck.run(directory.path + "/parley.db").isEmpty)
    }

    @Test("After a kill in the middle of it, it goes on where it was")
    func killed() throws {
        let directory = try old()
        let writer = try ManualWriter(in: directory)
        slice(writer)
        let left = writer.batches.unindexed
        #expect(left > 0 && left < Self.count)
        try writer.crash()
        #expect(writer.batches.unindexed == left)
        slice(writer)
        try writer.crash()
        finish(writer)
        #expect(try search("上海", directory, all: true).items.count == 170)
        try writer.close()
        #expect(try DatabaseCheck.run(directory.path + "/parley.db").isEmpty)
    }

    @Test("On a full disk it waits, and goes on with room")
    func full() throws {
        let directory = try old()
        let writer = try ManualWriter(in: directory)
        slice(writer)
        let left = writer.batches.unindexed
        let connection = writer.batches.connection
        try connection.execute("PRAGMA max_page_count = 1")
        // An index that needs a page more: nothing of the slice is left.
        #expect(throws: DatabaseError.self) {
            try writer.batches.transaction {
                _ = try SearchIndexer.goBack(connection, from: left)
                try connection.execute("CREATE TABLE more AS SELECT randomblob(200000) AS bytes")
            }
        }
        #expect(try search("上海", directory, all: true).items.count < 170)
        try connection.execute("PRAGMA max_page_count = 1000000")
        finish(writer)
        #expect(try search("上海", directory, all: true).items.count == 170)
        try writer.close()
        #expect(try DatabaseCheck.run(directory.path + "/parley.db").isEmpty)
    }

    @Test("Of the index that was, no word is left in the file")
    func gone() throws {
        let directory = try old()
        func has(_ word: String, _ name: String) throws -> Bool {
            try Data(contentsOf: URL(fileURLWithPath: directory.path + "/" + name)).range(of: Data(word.utf8)) != nil
        }
        #expect(try has("keramik", "parley.db"))
        let writer = try ManualWriter(in: directory)
        try writer.close()
        #expect(try !has("keramik", "parley.db"))
        #expect(try DatabaseCheck.run(directory.path + "/parley.db").isEmpty)
        #expect(try DatabaseCheck.run(directory.path + "/parley.db.v4.bak").isEmpty)
    }

    @Test("An index whose words were cut in another way is begun anew at the start")
    func version() throws {
        let directory = try old()
        var writer = try ManualWriter(in: directory)
        finish(writer)
        try writer.batches.connection.execute("UPDATE state SET index_version = 0")
        try writer.close()
        // Another binary's index is not looked into.
        #expect(try DatabaseCheck.run(directory.path + "/parley.db").isEmpty)
        writer = try ManualWriter(in: directory)
        #expect(writer.batches.unindexed > 0)
        #expect(try search("上海", directory).items.isEmpty)
        finish(writer)
        #expect(try search("上海", directory, all: true).items.count == 170)
        try writer.close()
        #expect(try DatabaseCheck.run(directory.path + "/parley.db").isEmpty)
    }
}
