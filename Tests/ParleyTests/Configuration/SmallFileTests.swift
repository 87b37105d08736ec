import Foundation
import Testing

@testable import parley

@Suite("Small files that options name", .timeLimit(.minutes(5)))
struct SmallFileTests {
    private static func withPath(_ body: (String) throws -> Void) throws {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("small-\(UUID().uuidString)").path
        defer { unlink(path) }
        try body(path)
    }

    @Test("A file is read whole, an empty one too")
    func whole() throws {
        try Self.withPath { path in
            let text = String(repeating: "0123456789\n", count: 10_000)
            try text.write(toFile: path, atomically: false, encoding: .utf8)
            #expect(try SmallFile.text(at: path) == text)
        }
        #expect(try SmallFile.text(at: "/dev/null") == "")
    }

    @Test("What has no end is given up, with a reason")
    func endless() {
        let endless = #expect(throws: SmallFile.Unreadable.self) { try SmallFile.text(at: "/dev/zero") }
        #expect(endless?.reason == "it has more than \(SmallFile.limit) bytes")
    }

    @Test("What is missing, a folder, or no text is named so")
    func refused() throws {
        #expect(throws: SmallFile.Unreadable(ENOENT)) { try SmallFile.text(at: "/no/such/file") }
        #expect(throws: SmallFile.Unreadable(EISDIR)) { try SmallFile.text(at: "/tmp") }
        try Self.withPath { path in
            try Data([0xFF, 0xFE]).write(to: URL(fileURLWithPath: path))
            #expect(throws: SmallFile.Unreadable("it is not UTF-8")) { try SmallFile.text(at: path) }
        }
    }

    @Test("A pipe without a writer does not hold up what must be a regular file")
    func pipe() throws {
        try Self.withPath { path in
            #expect(mkfifo(path, 0o600) == 0)
            #expect(throws: SmallFile.Unreadable("it is a named pipe")) {
                try SmallFile.text(at: path, mustBeRegular: true)
            }
        }
    }
}
