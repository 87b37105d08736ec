import Foundation
import Testing

@testable import ChatSQLite

@Suite("Noticing who opens a file")
struct OpenWatchTests {
    @Test("A file is open from the first who opens it until five seconds after the last who closes it")
    func counts() throws {
        let directory = try TemporaryDirectory()
        let url = URL(fileURLWithPath: directory.path + "/f")
        try Data("x".utf8).write(to: url)
        let watch = try #require(OpenWatch(url.path))
        #expect(!watch.isOpen(at: 0))
        let one = try FileHandle(forReadingFrom: url)
        #expect(watch.isOpen(at: 0))
        let two = try FileHandle(forUpdating: url)
        #expect(watch.isOpen(at: 0))
        try one.close()
        #expect(watch.isOpen(at: 99_000_000_000))
        try two.close()
        #expect(watch.isOpen(at: 100_000_000_000))
        #expect(watch.isOpen(at: 104_999_999_999))
        #expect(!watch.isOpen(at: 105_000_000_000))
    }

    @Test("Where the kernel lost events, somebody has the file open, until a minute was quiet")
    func overflow() throws {
        let directory = try TemporaryDirectory()
        let url = URL(fileURLWithPath: directory.path + "/f")
        try Data("x".utf8).write(to: url)
        let watch = try #require(OpenWatch(url.path))
        let limit = try String(contentsOfFile: "/proc/sys/fs/inotify/max_queued_events", encoding: .ascii)
        let events = try #require(Int(limit.trimmingCharacters(in: .whitespacesAndNewlines)))
        for _ in 0...(events / 2 + 1) { try FileHandle(forReadingFrom: url).close() }
        #expect(watch.isOpen(at: 1_000_000_000))
        #expect(watch.isOpen(at: 60_000_000_000))
        #expect(!watch.isOpen(at: 62_000_000_000))
    }
}
