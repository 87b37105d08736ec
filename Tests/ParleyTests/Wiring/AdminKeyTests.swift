import Foundation
import Testing

@testable import parley

@Suite("The admin key")
struct AdminKeyTests {
    private static func withDirectory(_ body: (String) throws -> Void) throws {
        let directory = FileManager.default.temporaryDirectory.appendingPathComponent("parley-\(UUID().uuidString)")
            .path
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: directory) }
        try body(directory)
    }

    @Test("It is made once, for its owner's eyes only, and read again")
    func made() throws {
        try Self.withDirectory { directory in
            let first = try AdminKey(given: nil, directory: directory)
            #expect(first.text.count >= 32 && first.path == directory + "/admin.key")
            let mode = try FileManager.default.attributesOfItem(atPath: directory + "/admin.key")[.posixPermissions]
            #expect(mode as? Int == 0o600)
            #expect(try AdminKey(given: nil, directory: directory).text == first.text)
        }
    }

    @Test("A given one is used, and no file is made")
    func given() throws {
        try Self.withDirectory { directory in
            let key = try AdminKey(given: "secret", directory: directory)
            #expect(key.text == "secret" && key.path == nil)
            #expect(!FileManager.default.fileExists(atPath: directory + "/admin.key"))
        }
    }

    @Test("What is no regular file is no key, and holds up nobody")
    func notRegular() throws {
        try Self.withDirectory { directory in
            #expect(mkfifo(directory + "/admin.key", 0o600) == 0)
            let pipe = #expect(throws: Failure.self) { try AdminKey(given: nil, directory: directory) }
            #expect(pipe?.status == .configuration && pipe?.message.contains("a named pipe") == true)
            unlink(directory + "/admin.key")
            #expect(symlink("nowhere", directory + "/admin.key") == 0)
            let dangling = #expect(throws: Failure.self) { try AdminKey(given: nil, directory: directory) }
            #expect(dangling?.status == .cannotCreate)
            #expect(!FileManager.default.fileExists(atPath: directory + "/nowhere"))
        }
    }

    @Test("An empty file, a short key or one with blanks is no key; a directory that is not there cannot take one")
    func refused() throws {
        try Self.withDirectory { directory in
            try "\n".write(toFile: directory + "/admin.key", atomically: false, encoding: .utf8)
            let empty = #expect(throws: Failure.self) { try AdminKey(given: nil, directory: directory) }
            #expect(empty?.status == .configuration)
            for key in ["short", "a key that has blanks in it"] {
                try key.write(toFile: directory + "/admin.key", atomically: false, encoding: .utf8)
                let weak = #expect(throws: Failure.self) { try AdminKey(given: nil, directory: directory) }
                #expect(weak?.status == .configuration && weak?.message.contains(key) == false)
            }
            let gone = #expect(throws: Failure.self) { try AdminKey(given: nil, directory: directory + "/none") }
            #expect(gone?.status == .cannotCreate)
        }
    }
}
