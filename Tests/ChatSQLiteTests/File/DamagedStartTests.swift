import ChatCore
import ChatCoreTestKit
import Foundation
import Testing

@testable import ChatSQLite

@Suite("A start on a damaged file")
struct DamagedStartTests {
    enum Kind: CaseIterable {
        /// As a stop leaves it.
        case stopped
        /// A backup put in its place, which is no file with a log.
        case backup
    }

    private func file(_ kind: Kind) async throws -> Data {
        let fixture = try StoreFixture()
        let ids = try await fixture.bench.users(["ann", "bob"])
        let chat = try await fixture.bench.group("c", ids)
        for number in 1...60 { try await fixture.bench.send("word \(number)", to: chat, from: ids[number % 2]) }
        let backup = fixture.directory.path + "/backup.db"
        try fixture.sqlite.backup(to: backup)
        try fixture.bench.close()
        return try Data(contentsOf: URL(fileURLWithPath: kind == .stopped ? fixture.database : backup))
    }

    @Test(
        "It is refused by name and the file is bit by bit as it was, whichever page is broken",
        arguments: Kind.allCases)
    func pages(kind: Kind) async throws {
        let sound = try await file(kind)
        var refused = 0
        for page in 0..<(sound.count / 4096) {
            let directory = try TemporaryDirectory()
            let path = directory.path + "/parley.db"
            var damaged = sound
            damaged.replaceSubrange((page * 4096)..<((page + 1) * 4096), with: Data(repeating: 0x5A, count: 4096))
            try damaged.write(to: URL(fileURLWithPath: path))
            do {
                // A page that a start does not need is no matter of the start's.
                try SQLiteChatStore(directory: directory.path).close()
            } catch let error as StoreOpenError {
                refused += 1
                #expect(error.exitCode == 65, "page \(page + 1): \(error)")
                #expect(error.description.hasPrefix(path))
                #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == damaged, "page \(page + 1)")
                #expect(try directory.listing == ["parley.db", "parley.lock"], "page \(page + 1)")
            } catch {
                // The stop may well meet what the start did not.
                #expect(error is ChatError, "page \(page + 1): \(error)")
            }
        }
        #expect(refused >= 5)
    }
}
