import CMemory
import Foundation
import Testing

@testable import parley

@Suite("Giving memory back")
struct IdleMemoryTests {
    private static func residentBytes() throws -> Int {
        let text = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8)
        return try #require(text.split(separator: " ").dropFirst().first.flatMap { Int($0) }) * 4096
    }

    @Test("What was allocated and freed, and the code that nothing runs, is not resident afterwards; all of it works")
    func givesBack() throws {
        // Small pieces, so that they come from the heap; every other one is kept until the end, so that the heap cannot
        // simply be cut at its top.
        var kept: [UnsafeMutableRawPointer] = []
        var freed: [UnsafeMutableRawPointer] = []
        for index in 0..<4096 {
            let piece = UnsafeMutableRawPointer.allocate(byteCount: 16_000, alignment: 16)
            memset(piece, 1, 16_000)
            if index % 2 == 0 { kept.append(piece) } else { freed.append(piece) }
        }
        freed.forEach { $0.deallocate() }
        let before = try Self.residentBytes()
        cmemory_give_back()
        let after = try Self.residentBytes()
        #expect(before - after > 10_000_000)
        #expect(kept.allSatisfy { $0.load(fromByteOffset: 15_999, as: UInt8.self) == 1 })
        kept.forEach { $0.deallocate() }
        // Constants and relocated data are as they were.
        #expect(Setting.allCases.map(\.rawValue).contains("durability"))
        cmemory_give_back()
        #expect("\(Date(timeIntervalSince1970: 0).formatted(.iso8601))" == "1970-01-01T00:00:00Z")
    }

    @Test("The processor time counts what every thread does")
    func processorTime() {
        let before = IdleMemory.processorTime
        let done = DispatchSemaphore(value: 0)
        Thread {
            var turns = 0
            // A clock that stands still ends it too, and fails the test.
            while turns < 100_000_000, IdleMemory.processorTime - before < .milliseconds(20) { turns += 1 }
            done.signal()
        }.start()
        #expect(done.wait(timeout: .now() + 120) == .success)
        #expect(IdleMemory.processorTime - before >= .milliseconds(20))
    }
}
