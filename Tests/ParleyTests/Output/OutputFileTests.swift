import Foundation
import Testing

@testable import parley

@Suite("The file that a command writes")
struct OutputFileTests {
    private static func withDirectory(_ body: (String) throws -> Void) throws {
        let directory = FileManager.default.temporaryDirectory.appendingPathComponent("output-\(UUID().uuidString)")
            .path
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: directory) }
        try body(directory)
    }

    private static func names(_ directory: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: directory).sorted()
    }

    private static func write(_ text: String, to path: String, forbidden: [String] = []) throws {
        let file = try OutputFile(path, forbidden: forbidden)
        try Array(text.utf8).withUnsafeBytes { try file.write($0) }
        try file.finish()
    }

    @Test("A new one is made for its owner alone, an old one is replaced when the new one is whole")
    func made() throws {
        try Self.withDirectory { directory in
            let path = directory + "/out"
            try Self.write("one", to: path)
            #expect(try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int == 0o600)
            let file = try OutputFile(path)
            try Array("two".utf8).withUnsafeBytes { try file.write($0) }
            #expect(try String(contentsOfFile: path, encoding: .utf8) == "one")
            try file.finish()
            #expect(try String(contentsOfFile: path, encoding: .utf8) == "two")
            #expect(try Self.names(directory) == ["out"])
        }
    }

    @Test("One that is given up leaves the old one and nothing beside it")
    func discarded() throws {
        try Self.withDirectory { directory in
            try Self.write("one", to: directory + "/out")
            do {
                let file = try OutputFile(directory + "/out")
                try Array("two".utf8).withUnsafeBytes { try file.write($0) }
            }
            #expect(try Self.names(directory) == ["out"])
            #expect(try String(contentsOfFile: directory + "/out", encoding: .utf8) == "one")
        }
    }

    @Test("Two that write to one place do not meet; a file beside it that looks like a draft is left alone")
    func drafts() throws {
        try Self.withDirectory { directory in
            try Self.write("mine", to: directory + "/out.part")
            let (one, two) = (try OutputFile(directory + "/out"), try OutputFile(directory + "/out"))
            try Array("one".utf8).withUnsafeBytes { try one.write($0) }
            try Array("two".utf8).withUnsafeBytes { try two.write($0) }
            try one.finish()
            #expect(try String(contentsOfFile: directory + "/out", encoding: .utf8) == "one")
            try two.finish()
            #expect(try String(contentsOfFile: directory + "/out", encoding: .utf8) == "two")
            #expect(try Self.names(directory) == ["out", "out.part"])
        }
    }

    @Test("Whatever is no regular file is refused with 73, named, and left as it is")
    func refused() throws {
        try Self.withDirectory { directory in
            try Self.write("kept", to: directory + "/target")
            try FileManager.default.createDirectory(atPath: directory + "/folder", withIntermediateDirectories: true)
            #expect(symlink("target", directory + "/link") == 0)
            #expect(symlink("nothing", directory + "/dangling") == 0)
            #expect(mkfifo(directory + "/pipe", 0o600) == 0)
            let before = try Self.names(directory)
            for (name, kind) in [
                ("folder", "a directory"), ("link", "a symbolic link"), ("dangling", "a symbolic link"),
                ("pipe", "a named pipe"),
            ] {
                let failure = #expect(throws: Failure.self) { try OutputFile(directory + "/" + name) }
                #expect(failure?.status == .cannotCreate && failure?.message.contains("\(name) is \(kind)") == true)
            }
            let device = #expect(throws: Failure.self) { try OutputFile("/dev/null") }
            #expect(device?.message.contains("a character device") == true)
            #expect(try Self.names(directory) == before)
            #expect(try String(contentsOfFile: directory + "/target", encoding: .utf8) == "kept")
        }
    }

    @Test("What became something else meanwhile is not replaced either")
    func changed() throws {
        try Self.withDirectory { directory in
            let file = try OutputFile(directory + "/out")
            #expect(symlink("/dev/null", directory + "/out") == 0)
            let failure = #expect(throws: Failure.self) { try file.finish() }
            #expect(failure?.status == .cannotCreate)
            file.discard()
            #expect(try Self.names(directory) == ["out"])
        }
    }

    @Test("A file of the appliance is refused by whatever path it is named, also where there is none yet")
    func forbidden() throws {
        try Self.withDirectory { directory in
            try Self.write("the database", to: directory + "/parley.db")
            let other = directory + "/../" + (directory as NSString).lastPathComponent
            let own = StoreEngine.sqlite(directory: other).files
            for name in ["parley.db", "admin.key", "parley.db-wal"] {
                let failure = #expect(throws: Failure.self) { try OutputFile("\(directory)/./\(name)", forbidden: own) }
                #expect(failure?.status == .cannotCreate)
                #expect(failure?.message.contains("belongs to the appliance") == true)
            }
            #expect(link(directory + "/parley.db", directory + "/hard") == 0)
            #expect(throws: Failure.self) { try OutputFile(directory + "/hard", forbidden: own) }
            try Self.write("a copy", to: directory + "/parley.db.copy", forbidden: own)
        }
    }

    @Test("A folder that is not there, and no name at all, are refused with 73")
    func nowhere() {
        for name in ["/no/such/folder/out", "", "/dev/null/out"] {
            let failure = #expect(throws: Failure.self) { try OutputFile(name) }
            #expect(failure?.status == .cannotCreate)
        }
    }
}
