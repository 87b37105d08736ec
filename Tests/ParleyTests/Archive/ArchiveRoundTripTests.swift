import ChatCore
import ChatCoreTestKit
import ChatSQLite
import Foundation
import Testing

@testable import parley

@Suite("Export, then import")
struct ArchiveRoundTripTests {
    /// A store with everything in it that a store can hold.
    private static func fill(_ bench: StoreBench) async throws {
        let ids = try await bench.users(["ann", "bob", "cyn", "dan", "eve"])
        let (ann, bob, cyn, dan, eve) = (ids[0], ids[1], ids[2], ids[3], ids[4])
        _ = try await bench.perform(
            .updateUser(ann, UserPatch(displayName: .some("Ann \"Æ\" 👩‍🚀"), avatarURL: .some("/ann.png"))))
        _ = try await bench.perform(.setBlocked(eve, true))
        let expiry = bench.clock.now.advanced(by: .seconds(1000))
        for number in 1...2 {
            let id = TokenID("t\(number)")
            let token = NewToken(id: id, owner: .id(bob), createUser: false, label: "phone", expiresAt: expiry)
            _ = try await bench.perform(.issueToken(token))
        }
        _ = try await bench.perform(.revokeToken(TokenID("t2")))
        _ = try await bench.perform(.revokeTokens(cyn))
        let group = try await bench.group("group", [ann, bob, cyn, dan], owner: ann)
        _ = try await bench.perform(.putMember(group, bob, role: .admin, by: .operator))
        let pair = NewChat(kind: .direct, members: [ann.rawValue, bob.rawValue])
        guard case .chat(let direct, _) = try await bench.perform(.createChat(pair, by: .operator)) else {
            Issue.record("no chat was made")
            return
        }
        let gone = try await bench.group("gone", [ann, bob])
        bench.clock.advance(by: .seconds(5))
        let first = try await bench.send("first\nline \u{1} \u{2028} \"quoted\" \\", to: group, from: ann)
        _ = try await bench.send("in a chat that goes", to: gone, from: ann)
        let uuid = "0a1b2c3d-0000-4000-8000-00000000000f"
        let second = try await bench.send("second", to: group, from: bob, clientID: uuid, replyTo: first.id)
        let third = try await bench.send("wiped away", to: group, from: cyn, clientID: "k1", replyTo: second.id)
        _ = try await bench.send("said by the house", to: group, from: nil)
        _ = try await bench.send("dan was here", to: group, from: dan)
        try await sendFiles(bench, group, ann)
        bench.clock.advance(by: .seconds(5))
        _ = try await bench.perform(.edit(group, second.id, content: "second, thoughtful", by: bob))
        _ = try await bench.perform(.delete(group, third.id, by: .user(cyn)))
        for (user, emoji, remove) in [(bob, "👍", false), (ann, "👍", false), (cyn, "🎉", false), (cyn, "🎉", true)] {
            _ = try await bench.perform(.react(group, first.id, emoji: emoji, remove: remove, by: user))
        }
        _ = try await bench.perform(.markDelivered(group, second.id, by: cyn))
        _ = try await bench.perform(.markRead(group, first.id, by: cyn))
        for word in ["hello", "again"] { _ = try await bench.send(word, to: direct.id, from: bob) }
        _ = try await bench.perform(.removeMember(direct.id, bob, by: .user(bob)))
        _ = try await bench.perform(.presence([PresenceChange(userID: ann, online: false, at: bench.clock.now)]))
        _ = try await bench.perform(.deleteUser(dan, deleteMessages: false))
        _ = try await bench.perform(.deleteChat(gone))
    }

    /// An image told by its bytes, a file of several chunks and one of none, all in one message without a text.
    private static func sendFiles(_ bench: StoreBench, _ chat: ChatID, _ sender: UserID) async throws {
        let png: [UInt8] =
            [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 13, 0x49, 0x48, 0x44, 0x52]
            + [0, 0, 0, 3, 0, 0, 0, 2, 8, 2, 0, 0, 0]
        var probe = FileProbe()
        probe.take(png)
        let found = probe.finish()
        let traits = found
        let long = (0..<(StoredFile.chunkSize * 2 + 7)).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        let files: [(FileID, String, [UInt8], FileTraits)] = [
            (FileID("pic"), "a picture.png", png, traits),
            (FileID("long"), "long.pdf", long, FileTraits(mimeType: "application/pdf")),
            (FileID("none"), "empty", [], FileTraits(mimeType: "application/octet-stream")),
        ]
        for (id, name, bytes, traits) in files {
            _ = try await bench.perform(.beginFile(NewFile(id: id, owner: sender, name: name)))
            for start in stride(from: 0, to: bytes.count, by: StoredFile.chunkSize) {
                let chunk = Array(bytes[start..<min(bytes.count, start + StoredFile.chunkSize)])
                _ = try await bench.perform(.appendToFile(id, chunk))
            }
            _ = try await bench.perform(.finishFile(id, traits))
        }
        let message = NewMessage(
            chatID: chat, sender: sender, content: "", kind: .image, attachments: files.map(\.0))
        _ = try await bench.perform(.send(message))
        _ = try await bench.perform(.beginFile(NewFile(id: FileID("unsent"), owner: sender, name: "unsent")))
    }

    @Test("The imported database exports the same bytes, shows the same views, and passes the check")
    func equal() async throws {
        let bench = try ArchiveBench()
        let source = try bench.store("a")
        try await Self.fill(source)
        let running = try bench.export("a")
        #expect(try bench.listing(of: "a").filter { $0.contains("export") } == [])
        try source.close()
        let lines = try bench.export("a")
        #expect(lines == running)
        // Header, users, tokens, chats, messages, reactions, files, their data, members, end.
        let expected = [1, 5, 2, 3, 8, 2, 3, 4, 4, 1]
        #expect(lines.count == expected.reduce(0, +))
        #expect(try bench.load(lines, into: "b") == nil)
        #expect(try bench.listing(of: "b") == ["parley.db", "parley.lock"])
        #expect(try bench.export("b") == lines)
        #expect(try bench.views("b") == bench.views("a"))
        #expect(try DatabaseCheck.run(bench.path("b") + "/parley.db") == [])
    }

    @Test("Files lie beside the archive, or nowhere, as one wants")
    func filesBeside() async throws {
        let bench = try ArchiveBench()
        let source = try bench.store("a")
        try await Self.fill(source)
        try source.close()
        let lines = try bench.export("a")
        let (archive, files) = (bench.path("archive"), bench.path("files"))
        var writer = try ArchiveWriter(archive, files: .directory(files))
        try DatabaseExport(bench.path("a") + "/parley.db", copyingTo: bench.path("copy")).run(writer.write)
        try writer.finish()
        #expect(try bench.listing(of: "files") == ["long", "none", "pic"])
        try bench.load(file: archive, into: "b", files: files)
        #expect(try bench.export("b") == lines)
        let missing = try #require(throws: Failure.self) { try bench.load(file: archive, into: "c") }
        #expect(missing.message.contains(": not_found: "))
        try FileManager.default.removeItem(atPath: files + "/pic")
        try FileManager.default.createSymbolicLink(atPath: files + "/pic", withDestinationPath: "/etc/passwd")
        let elsewhere = try #require(throws: Failure.self) { try bench.load(file: archive, into: "c", files: files) }
        #expect(elsewhere.message.contains(": not_found: "))
        writer = try ArchiveWriter(archive, files: .none)
        try DatabaseExport(bench.path("a") + "/parley.db", copyingTo: bench.path("copy"))
            .run(withFiles: false, writer.write)
        try writer.finish()
        try bench.load(file: archive, into: "d")
        let without = try bench.export("d")
        let kinds = ["{\"kind\":\"file", "{\"kind\":\"data", "{\"kind\":\"end"]
        #expect(without.dropLast() == lines.filter { line in !kinds.contains { line.hasPrefix($0) } }[...])
    }

    @Test("An appliance goes on with what was imported: ids, search, unread counts, exactly once")
    func goesOn() async throws {
        let bench = try ArchiveBench()
        let source = try bench.store("a")
        try await Self.fill(source)
        let (ann, bob, cyn) = (UserID("ann"), UserID("bob"), UserID("cyn"))
        let group = ChatID("group")
        let history = try await source.read { try $0.history(of: group, .latest, limit: 100) }
        let lists = try await source.read { view in try [ann, bob, cyn].map { try view.chatList(of: $0) } }
        try source.close()
        try bench.load(try bench.export("a"), into: "b")
        let copy = try bench.store("b")
        #expect(try await copy.read { try $0.history(of: group, .latest, limit: 100) } == history)
        #expect(try await copy.read { view in try [ann, bob, cyn].map { try view.chatList(of: $0) } } == lists)
        let wanted = [("thoughtf", ["second, thoughtful"]), ("wiped", []), ("quoted", [history.messages[0].content])]
        for (query, found) in wanted {
            let hits = try await copy.read { try $0.search(query, for: ann, in: nil, page: PageRequest()) }
            #expect(hits.items.map(\.message.content) == found)
        }
        let again = NewMessage(
            chatID: group, sender: cyn, content: "wiped away", clientID: "k1", replyTo: history.messages[1].id)
        guard case .message(let old, duplicate: true) = try await copy.perform(.send(again)) else {
            throw ContractViolation("the clientId of an imported message is known")
        }
        #expect(old.id == history.messages[2].id)
        let new = try await copy.send("seventh", to: group, from: ann)
        #expect(new.seq == Int64(history.messages.count + 1))
        let (newest, before) = (try #require(new.id.revision), try #require(history.messages.last?.id.revision))
        #expect(newest > before)
        try await copy.refuses(.createUser(NewUser(id: UserID("dan"), username: "dan")), .conflict)
        try await copy.refuses(.createChat(NewChat(id: ChatID("gone"), members: []), by: .operator), .conflict)
        let revoked = TokenFacts(id: TokenID("t2"), issuedAt: nil)
        #expect(try await copy.read { try $0.admission(of: bob, token: revoked) } == .tokenRevoked)
        try copy.close()
        #expect(try DatabaseCheck.run(bench.path("b") + "/parley.db") == [])
    }

    @Test("What random commands left behind comes through", arguments: [UInt64.random(in: 0...UInt64.max)])
    func random(seed: UInt64) async throws {
        let bench = try ArchiveBench()
        let source = try bench.store("a")
        var run = ModelRun(source, seed: seed)
        try await run.run(steps: 400)
        try source.close()
        let lines = try bench.export("a")
        try bench.load(lines, into: "b")
        #expect(try bench.export("b") == lines, "PARLEY_TEST_SEED=\(seed)")
        #expect(try bench.views("b") == bench.views("a"), "PARLEY_TEST_SEED=\(seed)")
        #expect(try DatabaseCheck.run(bench.path("b") + "/parley.db") == [])
    }

    @Test("An archive adds its chats to an appliance that has others, which it keeps aside as it was")
    func addition() async throws {
        let bench = try ArchiveBench()
        let source = try bench.store("a")
        try await Self.fill(source)
        try source.close()
        let lines = try bench.export("a")
        let other = try bench.store("b")
        // Ann is in both; frank is here only.
        let ids = try await other.users(["ann", "frank"])
        let chat = try await other.group("here", ids)
        _ = try await other.send("a word before", to: chat, from: ids[1])
        _ = try await other.perform(.setSetting(key: "secret", value: "kept"))
        try other.close()
        let before = try bench.export("b")
        let kept = try #require(try bench.load(lines, into: "b"))
        #expect(try ArchiveBench.export(kept) == before)
        #expect(try DatabaseCheck.run(bench.path("b") + "/parley.db") == [])
        let merged = Set(try bench.export("b"))
        let kinds = ["{\"kind\":\"message\"", "{\"kind\":\"reaction\""]
        let added = (lines + before).filter { line in kinds.contains { line.hasPrefix($0) } }
        #expect(merged.isSuperset(of: added))
        let store = try bench.store("b")
        #expect(try await store.read { try $0.setting("secret") } == "kept")
        for word in ["before", "quoted", "house"] {
            let hits = try await store.read { try $0.search(word, for: ids[0], in: nil, page: PageRequest()) }
            #expect(hits.items.count == 1, "\(word)")
        }
        try store.close()
        let there = #expect(throws: Failure.self) { try bench.load(lines, into: "b") }
        #expect(there?.status == .badData && there?.message.contains("conflict") == true)
    }

    @Test("A killed import goes on where it was, with the same archive only, and nobody sees it before its end")
    func resumed() async throws {
        let bench = try ArchiveBench()
        var lines = [#"{"kind":"parley","version":1}"#]
        lines.append(#"{"kind":"user","id":"u","username":"u","created_at":"2026-01-01T00:00:00Z"}"#)
        lines.append(#"{"kind":"chat","id":"c","created_at":"2026-01-01T00:00:00Z"}"#)
        let message = #"{"kind":"message","chat_id":"c","sender_id":"u","created_at":"2026-01-02T00:00:00.5Z""#
        for number in 1...12_000 { lines.append(message + #","content":"word \#(number)"}"#) }
        lines.append(#"{"kind":"member","chat_id":"c","user_id":"u","joined_at":"2026-01-01T00:00:00Z"}"#)
        lines.append(
            #"{"kind":"end","users":1,"tokens":0,"chats":1,"messages":12000,"reactions":0,"members":1}"#)
        let file = bench.path("archive")
        try Data(lines[..<11_000].joined(separator: "\n").utf8).write(to: URL(fileURLWithPath: file))
        // As after a kill: taken, not finished, not discarded.
        try ArchiveReader(file).run(into: try DatabaseImport(into: bench.path("b"))) { _ in }
        #expect(try !bench.listing(of: "b").contains("parley.db"))
        let mark = try DatabaseImport(into: bench.path("b")).mark
        #expect(mark.line == 10_000)
        var altered = lines
        altered[5000] = altered[5000].replacingOccurrences(of: "word", with: "sword")
        try Data(altered.joined(separator: "\n").utf8).write(to: URL(fileURLWithPath: file))
        #expect(throws: ArchiveReader.OtherArchive.self) {
            try ArchiveReader(file).run(into: try DatabaseImport(into: bench.path("b"))) { _ in }
        }
        try bench.load(lines, into: "b")
        try bench.load(lines, into: "c")
        #expect(try bench.export("b") == bench.export("c"))
        #expect(try DatabaseCheck.run(bench.path("b") + "/parley.db") == [])
        let store = try bench.store("b")
        let unread = try await store.read { try $0.unreadTotal(of: UserID("u")) }
        #expect(unread == 0)
        try store.close()
        #expect(try bench.listing(of: "b").filter { $0.contains("import") } == [])
    }
}
