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
        let here = try #require(
            TemporaryCopy.path(in: "", for: "backup").split(separator: "-")[1].split(separator: ".").last)
        let old = ["export-4194305.7-o.tmp", "backup-4194305-o.tmp"]
        let gone = ["backup-4194305.\(here)-a.tmp", "export-4194305.\(here)-b.tmp-journal"] + old
        let kept = [
            "export-\(getppid()).\(here)-c.tmp", "backup-4194305.\(here)-d.db", "notes-4194305.\(here)-e.tmp",
            "backup-x.\(here)-f.tmp", "backup-4194305.7-g.tmp", "export-\(getpid()).7-h.tmp",
        ]
        for name in gone + kept { try Data().write(to: URL(fileURLWithPath: directory.path + "/" + name)) }
        for name in old {
            try FileManager.default.setAttributes(
                [.modificationDate: Date(timeIntervalSinceNow: -4000)], ofItemAtPath: directory.path + "/" + name)
        }
        TemporaryCopy.removeAbandoned(in: directory.path)
        #expect(Set(try directory.listing).isSuperset(of: kept + old))
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
