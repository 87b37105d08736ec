import Foundation
import Testing

@testable import parley

@Suite("How much memory there is")
struct MachineMemoryTests {
    @Test("The limits of control groups count, of both versions, and of those above")
    func groups() throws {
        let root = NSTemporaryDirectory() + "groups-" + UUID().uuidString
        defer { try? FileManager.default.removeItem(atPath: root) }
        func write(_ text: String, to file: String) throws {
            let path = root + "/" + file
            try FileManager.default.createDirectory(
                atPath: (path as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
            try text.write(toFile: path, atomically: true, encoding: .utf8)
        }
        try write("max\n", to: "a/b/memory.max")
        try write("500000000\n", to: "a/memory.max")
        try write("700000000\n", to: "memory/c/memory.limit_in_bytes")
        #expect(MachineMemory.groupLimits(of: "0::/a/b\n", root: root) == [500_000_000])
        #expect(MachineMemory.groupLimits(of: "5:cpu,memory:/c\n4:pids:/c\n", root: root) == [700_000_000])
        #expect(MachineMemory.groupLimits(of: "", root: root) == [])
    }

    @Test("There is some")
    func some() {
        #expect(MachineMemory.available > 10_000_000)
        #expect(MachineMemory.standardBuffers == MachineMemory.available / 2)
    }
}
