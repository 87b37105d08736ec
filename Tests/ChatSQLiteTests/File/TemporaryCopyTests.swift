import ChatCore
import Foundation
import Testing

@testable import ChatSQLite

@Suite("Copies that a killed process left")
struct TemporaryCopyTests {
    @Test("A start removes those of processes that are gone, and nothing else")
    func startRemoves() throws {
        let directory = try TemporaryDirectory()
        // No process has this number: it is above what the kernel gives out.
        let gone = ["backup-4194305-a.tmp", "export-4194305-b.tmp", "export-4194305-b.tmp-journal"]
        let kept = ["export-\(getppid())-c.tmp", "backup-4194305-d.db", "notes-4194305-e.tmp", "backup-x-f.tmp"]
        for name in gone + kept { try Data().write(to: URL(fileURLWithPath: directory.path + "/" + name)) }
        try SQLiteChatStore(directory: directory.path).close()
        let left = try directory.listing
        #expect(Set(left).isSuperset(of: kept))
        #expect(Set(left).isDisjoint(with: gone))
    }

    @Test("A name of one's own is one that the next start would know")
    func ownName() throws {
        let directory = try TemporaryDirectory()
        let path = TemporaryCopy.path(in: directory.path, for: "backup")
        try Data().write(to: URL(fileURLWithPath: path))
        TemporaryCopy.removeAbandoned(in: directory.path)
        #expect(!FileManager.default.fileExists(atPath: path))
    }
}
