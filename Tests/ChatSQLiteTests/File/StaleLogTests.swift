import ChatCore
import Foundation
import Testing

@testable import ChatSQLite

@Suite("A log that is moved aside")
struct StaleLogTests {
    private let temporary: TemporaryDirectory
    private let now = Timestamp(milliseconds: 1_800_000_000_000)

    init() throws { temporary = try TemporaryDirectory() }

    private func write(_ path: String, _ text: String = "a log") throws {
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
    }

    @Test("It has a name that says when, and another one where that is taken")
    func names() throws {
        let directory = try DataDirectory(existing: temporary.path)
        for _ in 0..<2 {
            try write(directory.log)
            try StaleLog.moveAside(directory, now)
        }
        let name = "parley.db-wal.stale-1800000000"
        #expect(try temporary.listing == [name, name + "-2"])
    }

    @Test("One that cannot be moved ends the start: it would be replayed")
    func rename() throws {
        // So deep that the log's name has room in a path, and a longer one has not: a rename that fails for root too.
        var path = temporary.path
        let longest = Int(PATH_MAX) - 1 - "/parley.db-wal".utf8.count
        while path.utf8.count < longest - 1 {
            let length = min(200, longest - path.utf8.count - 1)
            path += "/" + String(repeating: "d", count: length)
            #expect(mkdir(path, 0o700) == 0)
        }
        let directory = try DataDirectory(existing: path)
        try write(directory.log)
        #expect(throws: StoreOpenError.self) { try StaleLog.moveAside(directory, now) }
        #expect(DataDirectory.exists(directory.log))
    }

    @Test("What lies beside it and cannot be removed ends the start, too")
    func remove() throws {
        let directory = try DataDirectory(existing: temporary.path)
        try write(directory.log)
        #expect(mkdir(directory.sharedMemory, 0o700) == 0)
        #expect(throws: StoreOpenError.self) { try StaleLog.moveAside(directory, now) }
        #expect(try temporary.listing == ["parley.db-shm", "parley.db-wal.stale-1800000000"])
    }
}
