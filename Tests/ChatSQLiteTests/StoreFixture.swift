import ChatCore
import ChatCoreTestKit
import ChatSQLite
import Foundation
import WaitTestKit

/// A SQLite store in a directory of its own.
struct StoreFixture {
    let directory: TemporaryDirectory
    let bench: StoreBench

    init(policy: ChatPolicy = ChatPolicy(), _ options: SQLiteStoreOptions = SQLiteStoreOptions()) throws {
        let directory = try TemporaryDirectory()
        self.directory = directory
        bench = try StoreBench(policy: policy) { policy, clock in
            var options = options
            options.clock = { clock.now }
            return try SQLiteChatStore(directory: directory.path, policy: policy, options: options)
        }
    }

    var database: String { directory.path + "/parley.db" }

    var sqlite: SQLiteChatStore {
        get throws { try unwrap(bench.store as? SQLiteChatStore, "a SQLite store") }
    }

    /// Waits until the log was carried into the file.
    func settle() async throws {
        let store = try sqlite
        try await until("the log is carried into the file") { store.counters.logBytes == 0 }
    }

    /// What the `sqlite3` shell says; it reads as one more program.
    static func shell(_ path: String, _ sql: String, readonly: Bool = true) throws -> String {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["sqlite3"] + (readonly ? ["-readonly"] : []) + [path, sql]
        let output = Pipe()
        process.standardOutput = output
        process.standardError = output
        try process.run()
        let data = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return String(decoding: data, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
    }

    /// Another program that has the database open until the handle is closed.
    func hold() throws -> (input: FileHandle, holder: Process) {
        let holder = Process()
        holder.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        holder.arguments = ["sh", "-c", "exec 3< \"$0\"; echo open; read line", database]
        let (input, output) = (Pipe(), Pipe())
        holder.standardInput = input
        holder.standardOutput = output
        try holder.run()
        _ = output.fileHandleForReading.availableData
        return (input.fileHandleForWriting, holder)
    }

    /// Copies files of the directory to a new one, as another program would, in this order.
    func copy(_ names: [String]) throws -> TemporaryDirectory {
        let target = try TemporaryDirectory()
        for name in names where FileManager.default.fileExists(atPath: directory.path + "/" + name) {
            try run("cp", directory.path + "/" + name, target.path + "/" + name)
        }
        return target
    }

    func run(_ arguments: String...) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = arguments
        try process.run()
        process.waitUntilExit()
        try expectEqual(process.terminationStatus, 0, "\(arguments)")
    }
}
