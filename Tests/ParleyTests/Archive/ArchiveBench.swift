import ChatCore
import ChatCoreTestKit
import ChatSQLite
import Foundation
import NIOCore

@testable import parley

/// A directory of a test's own, with a store to fill, exports and imports.
final class ArchiveBench: Sendable {
    let directory: String

    init() throws {
        directory = FileManager.default.temporaryDirectory.appendingPathComponent("parley-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: directory) }

    func path(_ name: String) -> String { directory + "/" + name }

    /// A store in the folder `name`, running.
    func store(_ name: String, policy: ChatPolicy = ChatPolicy()) throws -> StoreBench {
        let path = path(name)
        return try StoreBench(policy: policy) { policy, clock in
            try SQLiteChatStore(
                directory: path, policy: policy,
                options: SQLiteStoreOptions(durability: .normal, clock: { clock.now }))
        }
    }

    /// The archive of the store in the folder, line by line.
    func export(_ name: String) throws -> [String] { try Self.export(path(name) + "/parley.db") }

    static func export(_ database: String) throws -> [String] {
        var text = ByteBuffer()
        try DatabaseExport(database, copyingTo: database + ".copy").run { ArchiveLine.write($0, to: &text) }
        return String(buffer: text).split(separator: "\n").map(String.init)
    }

    /// Imports the lines into the store of the folder.
    ///
    /// - Returns: where the old database is kept.
    @discardableResult
    func load(_ lines: [String], into name: String, anew: Bool = false) throws -> String? {
        let file = path("archive-\(UUID().uuidString)")
        try Data((lines.joined(separator: "\n") + "\n").utf8).write(to: URL(fileURLWithPath: file))
        return try load(file: file, into: name, anew: anew)
    }

    @discardableResult
    func load(file: String, into name: String, anew: Bool = false, files: String? = nil) throws -> String? {
        let reader = try ArchiveReader(file, files: files)
        let target = try DatabaseImport(into: path(name), anew: anew)
        do {
            try reader.run(into: target) { _ in }
            return try reader.atEnd(target.finish)
        } catch let failure as Failure {
            target.discard()
            throw failure
        }
    }

    /// What was not sent is in no archive.
    private static let sentFiles = "file_list WHERE seq IS NOT NULL"

    /// What the views of `schema.sql` say, as the shell prints them.
    func views(_ name: String) throws -> [String] {
        try ["user_list", "chat_list", "member_list", "message_list", Self.sentFiles].map { view in
            let process = Process()
            process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
            process.arguments = [
                "sqlite3", "-readonly", "-json", path(name) + "/parley.db", "SELECT * FROM \(view) ORDER BY 1, 2, 3",
            ]
            let output = Pipe()
            process.standardOutput = output
            process.standardError = output
            try process.run()
            let data = try output.fileHandleForReading.readToEnd() ?? Data()
            process.waitUntilExit()
            return String(decoding: data, as: UTF8.self)
        }
    }

    var listing: [String] { get throws { try FileManager.default.contentsOfDirectory(atPath: directory).sorted() } }

    func listing(of name: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: path(name)).sorted()
    }
}
