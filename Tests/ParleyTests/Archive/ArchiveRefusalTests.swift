import ChatCore
import ChatCoreTestKit
import ChatSQLite
import Foundation
import Testing

@testable import parley

@Suite("What an import refuses")
struct ArchiveRefusalTests {
    private static let archive = """
        {"kind":"parley","version":1}
        {"kind":"user","id":"u","username":"Ann","created_at":"2026-01-01T00:00:00.000Z"}
        {"kind":"user","id":"v","username":"bob","created_at":"2026-01-01T00:00:00.000Z"}
        {"kind":"token","id":"t","user_id":"u","created_at":"2026-01-01T00:00:00Z","expires_at":"2027-01-01T00:00:00Z"}
        {"kind":"chat","id":"c","name":"C","type":"group","created_at":"2026-01-01T00:00:00.000Z"}
        {"kind":"chat","id":"d","type":"direct","pair":["u","v"],"created_at":"2026-01-01T00:00:00.000Z"}
        {"kind":"message","chat_id":"c","seq":1,"id":"00001e4k000g0","sender_id":"u","content":"one",\
        "created_at":"2026-01-02T00:00:00Z","client_id":"k"}
        {"kind":"message","chat_id":"c","seq":2,"sender_id":"v","content":"two",\
        "created_at":"2026-01-02T00:00:01Z","reply_to":1}
        {"kind":"reaction","chat_id":"c","seq":1,"user_id":"v","emoji":"👍"}
        {"kind":"member","chat_id":"c","user_id":"u","joined_at":"2026-01-01T00:00:00Z"}
        {"kind":"member","chat_id":"c","user_id":"v","joined_at":"2026-01-01T00:00:00Z",\
        "read_seq":2,"delivered_seq":2}
        {"kind":"end","users":2,"tokens":1,"chats":2,"messages":2,"reactions":1,"members":2}
        """.split(separator: "\n").map(String.init)

    @Test("The archive that these tests spoil is a good one")
    func good() throws {
        let bench = try ArchiveBench()
        try bench.load(Self.archive, into: "a")
        #expect(try DatabaseCheck.run(bench.path("a") + "/parley.db") == [])
    }

    struct Spoiled: Sendable, CustomTestStringConvertible {
        let line: Int
        let old: String
        let new: String
        let code: ArchiveError.Code

        init(_ line: Int, _ old: String, _ new: String, _ code: ArchiveError.Code) {
            (self.line, self.old, self.new, self.code) = (line, old, new, code)
        }

        var testDescription: String { "line \(line): \(new.prefix(40)) for \(old)" }
    }

    static let spoiled = [
        Spoiled(1, #""version":1"#, #""version":2"#, .unknownKind), Spoiled(1, "parley", "slack", .unknownKind),
        Spoiled(2, "{", "", .malformed), Spoiled(2, "user\"", "u\u{1}", .malformed), Spoiled(2, "{", "[", .malformed),
        Spoiled(2, "\"id\":\"u\",", "", .invalid), Spoiled(2, "\"u\"", "7", .invalid),
        Spoiled(2, "\"u\"", "\"with space\"", .invalid), Spoiled(2, "Ann", "", .invalid),
        Spoiled(2, "Ann", " Ann", .invalid), Spoiled(2, "2026-01-01T00:00:00.000Z", "yesterday", .invalid),
        Spoiled(2, "2026-01-01T00:00:00.000Z", "2026-02-30T00:00:00.000Z", .invalid),
        Spoiled(2, "created_at", "made_at", .invalid), Spoiled(2, "{", #"{"extra":1,"#, .invalid),
        Spoiled(2, "{", #"{"id":"x","#, .invalid),
        Spoiled(3, "\"v\"", "\"u\"", .conflict), Spoiled(3, "bob", "ANN", .conflict),
        Spoiled(4, "\"u\"", "\"nobody\"", .notFound), Spoiled(4, "2027-01-01T00:00:00Z", "2027", .invalid),
        Spoiled(5, "group", "room", .invalid), Spoiled(5, #""name":"C""#, #""name":["C"]"#, .invalid),
        Spoiled(5, "\"group\"", "\"direct\"", .invalid), Spoiled(6, "\"d\"", "\"c\"", .conflict),
        Spoiled(6, #"["u","v"]"#, #"["u","u"]"#, .invalid), Spoiled(6, #"["u","v"]"#, #"["u"]"#, .invalid),
        Spoiled(6, #"["u","v"]"#, #"["u","w"]"#, .notFound), Spoiled(6, #"["u","v"]"#, #"["u",5]"#, .invalid),
        Spoiled(7, #""seq":1"#, #""seq":2"#, .sequence), Spoiled(7, #""seq":1"#, #""seq":0"#, .sequence),
        Spoiled(7, #""seq":1"#, #""seq":-1"#, .invalid), Spoiled(7, #""seq":1"#, #""seq":1.5"#, .invalid),
        Spoiled(7, "00001e4k000g0", "zzz", .invalid), Spoiled(7, "00001e4k000g0", "0000000000000", .invalid),
        Spoiled(7, "00001e4k000g0", "7vvvvvvvvvvvv", .invalid), Spoiled(7, "\"u\"", "\"w\"", .notFound),
        Spoiled(7, "\"c\"", "\"x\"", .notFound), Spoiled(7, "\"one\"", "1", .invalid),
        Spoiled(8, #""sender_id":"v","content":"two""#, #""content":"""#, .invalid),
        Spoiled(7, "{", #"{"message_type":"system","#, .invalid),
        Spoiled(7, "{", #"{"message_type":"poll","#, .invalid),
        Spoiled(7, "{", #"{"deleted_at":"2026-01-03T00:00:00Z","#, .invalid), Spoiled(7, "\"k\"", "\"\"", .invalid),
        Spoiled(8, #""seq":2"#, #""seq":1"#, .sequence), Spoiled(8, #""seq":2"#, #""seq":3"#, .sequence),
        Spoiled(8, "{", #"{"id":"00001e4k000g0","#, .sequence),
        Spoiled(8, #""reply_to":1"#, #""reply_to":2"#, .notFound),
        Spoiled(8, #""reply_to":1"#, #""reply_to":0"#, .notFound),
        Spoiled(8, #""seq":2,"sender_id":"v""#, #""seq":2,"sender_id":"u","client_id":"k""#, .conflict),
        Spoiled(9, #""seq":1"#, #""seq":9"#, .notFound), Spoiled(9, "👍", "", .invalid),
        Spoiled(9, "\"v\"", "\"w\"", .notFound), Spoiled(9, "👍", String(repeating: "x", count: 65), .tooLong),
        Spoiled(11, "\"v\"", "\"u\"", .conflict), Spoiled(10, "}", #","role":"king"}"#, .invalid),
        Spoiled(10, "}", #","read_seq":0}"#, .invalid), Spoiled(10, "}", #","joined_seq":3}"#, .invalid),
        Spoiled(11, #""read_seq":2"#, #""read_seq":3"#, .invalid),
        Spoiled(11, #""delivered_seq":2"#, #""delivered_seq":1"#, .invalid),
        Spoiled(12, #""messages":2"#, #""messages":3"#, .incomplete), Spoiled(12, "end", "parley", .invalid),
    ]

    @Test("A wrong line is named by its number, with a stable code, and nothing is left behind", arguments: spoiled)
    func spoiledLine(_ spoiled: Spoiled) throws {
        let bench = try ArchiveBench()
        var lines = Self.archive
        try #require(lines[spoiled.line - 1].contains(spoiled.old))
        let range = try #require(lines[spoiled.line - 1].range(of: spoiled.old))
        lines[spoiled.line - 1].replaceSubrange(range, with: spoiled.new)
        let failure = try #require(throws: Failure.self) { try bench.load(lines, into: "a") }
        #expect(failure.status == .badData)
        #expect(failure.message.contains(":\(spoiled.line): \(spoiled.code.rawValue): "), "\(failure.message)")
        #expect(try bench.listing(of: "a") == ["parley.lock"])
    }

    @Test("Lines out of order, a second header, lines after the end")
    func order() throws {
        var spoiled: [(lines: [String], line: Int)] = [([Self.archive[0]] + Self.archive, 2)]
        for (from, to, line) in [(0, 1, 1), (3, 4, 5), (9, 6, 8)] {
            var lines = Self.archive
            lines.insert(lines.remove(at: from), at: to)
            spoiled.append((lines, line))
        }
        spoiled.append((Self.archive + [Self.archive[9]], 13))
        for (lines, line) in spoiled {
            let bench = try ArchiveBench()
            let failure = try #require(throws: Failure.self) { try bench.load(lines, into: "a") }
            #expect(failure.message.contains(":\(line): order: "), "\(failure.message)")
        }
    }

    @Test("An archive that was cut off, whole lines or half of one")
    func cutOff() throws {
        let bench = try ArchiveBench()
        let short = try #require(throws: Failure.self) { try bench.load(Array(Self.archive.dropLast()), into: "a") }
        #expect(short.message.contains(": incomplete: ") && short.status == .badData)
        let empty = try #require(throws: Failure.self) { try bench.load([], into: "a") }
        #expect(empty.message.contains(": incomplete: "))
        let half = Self.archive.dropLast() + [String(Self.archive[11].prefix(20))]
        let torn = try #require(throws: Failure.self) { try bench.load(Array(half), into: "a") }
        #expect(torn.message.contains(":12: malformed: "))
        #expect(try bench.listing(of: "a") == ["parley.lock"])
    }

    @Test("Files: of no message, of another size, with other lines between, called an image and none")
    func files() throws {
        let file = #"{"kind":"file","chat_id":"c","seq":1,"name":"x.png","mime_type":"image/png","size":3}"#
        let data = #"{"kind":"data","base64":"AAAA"}"#
        let end = Self.archive[11].replacingOccurrences(of: #""members""#, with: #""files":1,"members""#)
        func archive(_ files: String...) -> [String] { Self.archive[..<8] + files + Self.archive[8..<11] + [end] }
        let wrong: [(file: String, data: String, line: Int, code: String)] = [
            (file.replacingOccurrences(of: #""seq":1"#, with: #""seq":9"#), data, 9, "not_found"),
            (file.replacingOccurrences(of: #""seq":1"#, with: #""seq":1,"id":"..""#), data, 9, "invalid"),
            (file.replacingOccurrences(of: #""size":3"#, with: #""size":4"#), data, 10, "invalid"),
            (file.replacingOccurrences(of: #""size":3"#, with: #""size":2"#), data, 10, "invalid"),
            (file.replacingOccurrences(of: #""size":3"#, with: #""size":0"#), data, 10, "order"),
            (file.replacingOccurrences(of: "}", with: #","path":"../a"}"#), data, 9, "not_found"),
            (file, #"{"kind":"data","base64":"AAA"}"#, 10, "invalid"), (file, file, 10, "incomplete"),
        ]
        for (file, data, line, code) in wrong {
            let bench = try ArchiveBench()
            let failure = try #require(throws: Failure.self) { try bench.load(archive(file, data), into: "a") }
            #expect(failure.message.contains(":\(line): \(code): "), "\(failure.message)")
            #expect(try bench.listing(of: "a") == ["parley.lock"])
        }
        let bench = try ArchiveBench()
        try bench.load(archive(file, data), into: "a")
        #expect(try bench.export("a").contains { $0.contains(#""mime_type":"application/octet-stream""#) })
        #expect(try DatabaseCheck.run(bench.path("a") + "/parley.db") == [])
    }

    @Test("A line without an end, of more bytes than any has, is refused before it fills the memory")
    func hugeLine() throws {
        let bench = try ArchiveBench()
        let file = bench.path("huge")
        try Data((Self.archive[0] + "\n").utf8).write(to: URL(fileURLWithPath: file))
        let handle = try #require(FileHandle(forUpdatingAtPath: file))
        // A hole: much to read, nothing to store.
        try handle.truncate(atOffset: UInt64(ArchiveLine.longest) * 4)
        let failure = try #require(throws: Failure.self) { try bench.load(file: file, into: "a") }
        #expect(failure.message.contains(":2: too_long: "))
        #expect(try bench.listing(of: "a") == ["parley.lock"])
    }

    @Test("Bytes that are no UTF-8 are refused, not repaired")
    func brokenUTF8() throws {
        let bench = try ArchiveBench()
        let file = bench.path("broken")
        var bytes = Array(Self.archive[0].utf8) + [0x0A]
        bytes += Array(#"{"kind":"user","id":"u","username":"a"#.utf8) + [0xC3, 0x28]
        bytes += Array(#"","created_at":"2026-01-01T00:00:00Z"}"#.utf8)
        try Data(bytes).write(to: URL(fileURLWithPath: file))
        let failure = try #require(throws: Failure.self) { try bench.load(file: file, into: "a") }
        #expect(failure.message.contains(":2: malformed: "))
    }

    @Test("A refused archive leaves the database that was there byte for byte, and a running appliance is left alone")
    func untouched() async throws {
        let bench = try ArchiveBench()
        let store = try bench.store("a")
        let ids = try await store.users(["u"])
        _ = try await store.group("c", ids)
        #expect(throws: StoreOpenError.self) { try bench.load(Self.archive, into: "a") }
        try store.close()
        let path = bench.path("a") + "/parley.db"
        let before = try Data(contentsOf: URL(fileURLWithPath: path))
        // Here u is another user than there.
        let failure = try #require(throws: Failure.self) { try bench.load(Self.archive, into: "a") }
        #expect(failure.message.contains(":2: conflict: "))
        #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == before)
        let left = try bench.listing(of: "a")
        #expect(left == ["parley.db", "parley.lock"])
    }
}
