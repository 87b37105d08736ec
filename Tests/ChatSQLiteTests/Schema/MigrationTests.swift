import ChatCore
import ChatCoreTestKit
import Foundation
import Testing

@testable import ChatSQLite

@Suite("Migrations")
struct MigrationTests {
    /// A file of the first version with a user, a chat and two messages in it.
    private static let content = """
        UPDATE state SET revision = 1000;
        INSERT INTO users (key, id, username, folded, created_ms) VALUES (1, 'ann', 'ann', 'ann', 1);
        INSERT INTO chats (key, id, kind, created_ms, member_count, last_seq, last_n, meta_n, changed)
            VALUES (1, 'c', 0, 1, 1, 2, 999, 100, 999);
        INSERT INTO members (chat, user, role, joined_ms, joined_seq, joined_n, role_n, delivered_seq, read_seq)
            VALUES (1, 1, 2, 1, 0, 100, 100, 2, 2);
        INSERT INTO messages (n, chat, seq, sender, kind, created_ms, content)
            VALUES (998, 1, 1, 1, 0, 1, 'first'), (999, 1, 2, 1, 1, 1, 'https://example.org/a.png');
        """

    private func old(_ content: String = content, migratedTo version: Int = 1) throws -> TemporaryDirectory {
        let directory = try TemporaryDirectory()
        let connection = try Connection(path: directory.path + "/parley.db", readonly: false)
        try connection.execute(FirstSchema.script + content)
        let scripts = [MigrationTo2.script, MigrationTo3.script, MigrationTo4.script]
        for (number, script) in scripts.enumerated().prefix(version - 1) {
            try connection.execute("BEGIN; " + script + "PRAGMA user_version = \(number + 2); COMMIT")
        }
        try connection.execute("PRAGMA journal_mode = WAL")
        try connection.close()
        return directory
    }

    /// The structure of a file, but for the text of its tables, which ALTER TABLE writes in its own way.
    private func structure(_ path: String) throws -> [String] {
        // One that may write takes the log away when it closes.
        let connection = try Connection(path: path, readonly: false)
        let structure = try connection.prepare(
            """
            SELECT 'column ' || t.name || ' ' || c.cid || ' ' || c.name || ' ' || c.type || ' '
                || c."notnull" || ' ' || ifnull(c.dflt_value, '-') || ' ' || c.pk || ' ' || c.hidden
                || ' ' || t.wr
            FROM pragma_table_list t JOIN pragma_table_xinfo(t.name) c
            WHERE t.schema = 'main' AND t.name NOT IN ('sqlite_schema', 'sqlite_temp_schema')
            UNION ALL
            SELECT 'key ' || t.name || ' ' || k."from" || ' ' || k."table" || ' ' || ifnull(k."to", '-')
            FROM pragma_table_list t JOIN pragma_foreign_key_list(t.name) k WHERE t.schema = 'main'
            UNION ALL
            SELECT type || ' ' || name || ' ' || ifnull(sql, '-') FROM sqlite_master WHERE type <> 'table'
            UNION ALL
            SELECT 'version ' || user_version FROM pragma_user_version
            ORDER BY 1
            """
        ).all { $0.text(0) }
        try connection.close()
        return structure
    }

    @Test("A file of version 1 is migrated to the structure that a new one has, and keeps its content and a copy")
    func first() async throws {
        let (directory, fresh) = (try old(), try TemporaryDirectory())
        try SQLiteChatStore(directory: fresh.path).close()
        let store = try SQLiteChatStore(directory: directory.path)
        let messages = try await store.read { try $0.history(of: ChatID("c"), .latest, limit: 5).messages }
        #expect(messages.map(\.content) == ["first", "https://example.org/a.png"])
        #expect(messages.map(\.attachments) == [[], []])
        try store.close()
        #expect(try structure(directory.path + "/parley.db") == structure(fresh.path + "/parley.db"))
        #expect(try DatabaseCheck.run(directory.path + "/parley.db").isEmpty)
        #expect(try directory.listing == ["parley.db", "parley.db.v1.bak", "parley.lock"])
        let copy = directory.path + "/parley.db.v1.bak"
        #expect(try StoreFixture.shell(copy, "PRAGMA user_version; SELECT count(*) FROM messages") == "1\n2")
    }

    @Test("A migrated file takes files like a new one")
    func goesOn() async throws {
        let directory = try old()
        let bench = try StoreBench { policy, clock in
            try SQLiteChatStore(directory: directory.path, policy: policy)
        }
        try await bench.upload("f", by: UserID("ann"))
        let sent = try await bench.send("", files: ["f"], to: ChatID("c"), from: UserID("ann"))
        #expect(sent.seq == 3 && sent.attachments.count == 1)
        try bench.close()
        #expect(try DatabaseCheck.run(directory.path + "/parley.db").isEmpty)
    }

    /// What makes the feed: somebody blocked, somebody gone, a chat deleted, an edit, a departure, a receipt.
    private static let eventful = content + """
        INSERT INTO users (key, id, username, folded, created_ms, blocked, tokens_after_ms)
            VALUES (2, 'bob', 'bob', 'bob', 1, 1, 7);
        INSERT INTO users (key, id, username, created_ms, deleted_ms, card_n)
            VALUES (3, 'gone', 'deleted user', 1, 2, 500);
        INSERT INTO tokens (key, id, user, created_ms, expires_ms, revoked_ms) VALUES (1, 't', 1, 1, 9, 3);
        INSERT INTO chats (key, id, kind, created_ms, meta_n, changed, deleted_ms) VALUES (2, 'd', 0, 1, 110, 600, 3);
        INSERT INTO departures (chat, user, n, at_ms) VALUES (1, 2, 700, 9000000000000);
        UPDATE messages SET changed = 1000, edited_ms = 2 WHERE n = 998;
        UPDATE members SET read_n = 1000, read_ms = 5;
        """

    @Test("A file of each older version tells its feed from the beginning, down to the oldest departure it has",
        arguments: [1, 2, 3, 4])
    func feed(version: Int) async throws {
        let directory = try old(Self.eventful, migratedTo: version)
        let store = try SQLiteChatStore(directory: directory.path)
        let (page, floor) = try await store.read {
            (try $0.changes(after: .beginning, limit: 1000), try $0.feedFloor())
        }
        #expect(page.isComplete && floor == Revision(699))
        let (chat, messages) = try await store.read { view in
            (try view.chat(ChatID("c")), try view.history(of: ChatID("c"), .latest, limit: 5).messages)
        }
        let (c, ann, bob) = (try #require(chat), UserID("ann"), UserID("bob"))
        func card(_ user: UserID) -> UserCard {
            UserCard(id: user, username: user.rawValue, displayName: nil, avatarURL: nil)
        }
        let receipt = Receipt(
            chatID: c.id, userID: ann, messageID: messages[1].id, seq: 2, at: Timestamp(milliseconds: 5),
            memberCount: 1)
        #expect(
            page.entries.map(\.change) == [
                .userCreated(card(ann)), .tokenRevoked(TokenID("t"), ann), .chatCreated(c, members: []),
                .userCreated(card(bob)), .userBlocked(bob), .tokensRevoked(bob), .chatUpdated(c),
                .memberAdded(c, card(ann)), .memberRoleChanged(c.id, ann, .owner), .userDeleted(UserID("gone")),
                .chatDeleted(ChatID("d"), members: []), .memberRemoved(c.id, bob), .messageNew(messages[0]),
                .messageNew(messages[1]), .messageUpdated(messages[0]), .messageRead(receipt),
            ])
        try store.close()
        #expect(try DatabaseCheck.run(directory.path + "/parley.db").isEmpty)
    }

    /// Names that looked alike were taken, the double first; and one emoji in two spellings.
    private static let alike = content + """
        INSERT INTO users (key, id, username, folded, created_ms) VALUES
            (2, 'double', 'an\u{200B}n', 'an\u{200B}n', 1), (3, 'first', 'bo\u{200D}b', 'bo\u{200D}b', 1),
            (4, 'second', 'BOB\u{FEFF}', 'bob\u{FEFF}', 1),
            (5, 'clean', 'Zoë', 'zoë', 1), (6, 'sharp', 'GROẞ', 'groß', 1);
        INSERT INTO reactions (message, emoji, user, n, removed) VALUES
            (998, '❤', 1, 900, 0), (998, '❤\u{FE0F}', 1, 901, 1), (998, '❤\u{FE0F}', 2, 902, 0), (998, '❤', 3, 903, 1),
            (999, '❤', 2, 904, 0), (999, '👍', 2, 905, 0), (999, ':party:', 2, 906, 0), (999, '\u{200B}', 2, 907, 0);
        UPDATE messages SET reacted_n = 907;
        """

    @Test("Who has a name that looks like another's keeps it, and nobody new gets either")
    func names() async throws {
        let directory = try old(Self.alike)
        let bench = try StoreBench { policy, clock in
            try SQLiteChatStore(directory: directory.path, policy: policy)
        }
        func user(_ name: String) async throws -> String? {
            try await bench.read { try $0.user(named: name)?.id.rawValue }
        }
        #expect(try await user("ann") == "ann")
        #expect(try await user("an\u{200B}n") == "double")
        #expect(try await user("bob") == "first", "the older of two doubles")
        #expect(try await user("BOB\u{FEFF}") == "second")
        #expect(try await user("ZOE\u{308}") == "clean")
        #expect(try await user("gross") == "sharp")
        for name in ["Ann", "a\u{200D}nn", "BOB", "b\u{200C}ob", "GROSS", "groß", "GROẞ", "zoë"] {
            try await bench.refuses(.createUser(NewUser(username: name)), .conflict, field: "username")
        }
        // They go on as they are, and may be called something else.
        _ = try await bench.perform(.updateUser(UserID("double"), UserPatch(displayName: .some("Ann, the other"))))
        #expect(try await user("an\u{200B}n") == "double")
        try await bench.refuses(
            .updateUser(UserID("double"), UserPatch(username: "ann")), .conflict, field: "username")
        _ = try await bench.perform(.updateUser(UserID("second"), UserPatch(username: "bobby")))
        #expect(try await user("BOBBY") == "second")
        #expect(try await user("BOB\u{FEFF}") == "first", "the name of before is given up, and looks like another's")
        try bench.close()
        #expect(try DatabaseCheck.run(directory.path + "/parley.db").isEmpty)
    }

    @Test("Reactions in two spellings become one, given where either is")
    func reactions() async throws {
        let directory = try old(Self.alike)
        let store = try SQLiteChatStore(directory: directory.path)
        let messages = try await store.read { try $0.history(of: ChatID("c"), .latest, limit: 5).messages }
        let told = messages.map { message in
            message.reactions.map { ([$0.emoji] + $0.userIDs.map(\.rawValue)).map { Array($0.utf8) } }
        }
        let expected = [
            [["❤\u{FE0F}", "ann", "double"]],
            [["❤\u{FE0F}", "double"], ["👍", "double"], [":party:", "double"], ["\u{200B}", "double"]],
        ]
        #expect(told == expected.map { $0.map { $0.map { Array($0.utf8) } } })
        try store.close()
        #expect(try DatabaseCheck.run(directory.path + "/parley.db").isEmpty)
        let left = try StoreFixture.shell(
            directory.path + "/parley.db",
            "SELECT count(*), sum(removed) FROM reactions WHERE emoji = '❤' || char(65039)")
        #expect(left == "4|1")
    }

    @Test("A file of version 1 is checked as it is")
    func check() throws {
        let directory = try old()
        #expect(try DatabaseCheck.run(directory.path + "/parley.db").isEmpty)
        #expect(try directory.listing == ["parley.db"])
    }

    @Test("A step that fails leaves the file as it was, and the next start does it all")
    func failure() throws {
        let directory = try old("CREATE TABLE file_chunks (already there);")
        #expect(throws: StoreOpenError.self) { try SQLiteChatStore(directory: directory.path).close() }
        let connection = try Connection(path: directory.path + "/parley.db", readonly: false)
        #expect(try connection.prepare("PRAGMA user_version").first { $0.int(0) } == 1)
        let columns = try connection.prepare("SELECT name FROM pragma_table_info('messages')").all { $0.text(0) }
        #expect(!columns.isEmpty && !columns.contains("files"))
        try connection.execute("DROP TABLE file_chunks")
        try connection.close()
        try SQLiteChatStore(directory: directory.path).close()
        #expect(try DatabaseCheck.run(directory.path + "/parley.db").isEmpty)
    }
}
