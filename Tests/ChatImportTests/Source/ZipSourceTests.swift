import ByteText
import ChatCore
import Foundation
import Testing

@testable import ChatImport

@Suite("Zip files")
struct ZipSourceTests {
    /// Two entries, `a/b.json` stored and `c.txt` deflated, as a program of 1993 would write them.
    static let sound: [UInt8] = {
        let stored = Array("[1,2]".utf8)
        // "hello hello hello hello\n", deflated.
        let deflated: [UInt8] = [0xCB, 0x48, 0xCD, 0xC9, 0xC9, 0x57, 0xC8, 0x40, 0x27, 0xB9, 0x00]
        var zip: [UInt8] = []
        var directory: [UInt8] = []
        for (name, method, data, size, checksum) in [
            ("a/b.json", 0, stored, 5, UInt32(0x088B_50BF)), ("c.txt", 8, deflated, 24, UInt32(0x0B59_8800)),
        ] {
            let head =
                little(20, 2) + little(0, 2) + little(method, 2) + little(0, 4) + little(Int(checksum), 4)
                + little(data.count, 4) + little(size, 4) + little(name.utf8.count, 2) + little(0, 2)
            directory +=
                little(0x0201_4B50, 4) + little(20, 2) + head + little(0, 2 + 2 + 2 + 4)
                + little(zip.count, 4) + Array(name.utf8)
            zip += little(0x0403_4B50, 4) + head + Array(name.utf8) + data
        }
        let end =
            little(0x0605_4B50, 4) + little(0, 4) + little(2, 2) + little(2, 2) + little(directory.count, 4)
            + little(zip.count, 4) + little(0, 2)
        return zip + directory + end
    }()

    static func little(_ value: Int, _ count: Int) -> [UInt8] {
        (0..<count).map { $0 < 8 ? UInt8(truncatingIfNeeded: value >> (8 * $0)) : 0 }
    }

    /// What is in a zip: paths with their bytes, or the code of what is wrong with one.
    static func content(_ bytes: [UInt8]) throws -> [String] {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("parley-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        try Data(bytes).write(to: URL(fileURLWithPath: path))
        let source = try ZipSource(try OpenFile(path, followsLinks: false))
        return try source.entries.indices.map { index in
            do {
                let bytes = try source.open(index)
                var all: [UInt8] = []
                while let next = try bytes.next() { all += next }
                return "\(source.entries[index].path)=\(String(decoding: all, as: UTF8.self))"
            } catch let error as ArchiveError {
                return "\(source.entries[index].path) \(error.code.rawValue)"
            }
        } + source.refused.map { "\($0.path) refused" }
    }

    @Test("Stored and deflated entries are read, sorted by their paths")
    func sound() throws {
        #expect(try Self.content(Self.sound) == ["a/b.json=[1,2]", "c.txt=hello hello hello hello\n"])
        #expect(throws: ForeignSourceError.self) { try Self.content(Array(Self.sound.dropLast())) }
        #expect(throws: ForeignSourceError.self) { try Self.content(Array("PK\u{3}\u{4}".utf8)) }
        // Behind the end there may be a comment.
        var commented = Self.sound
        commented[commented.count - 2] = 3
        #expect(try Self.content(commented + Array("abc".utf8)).count == 2)
    }

    @Test("A byte that is not what it was is met: nothing is read that was not in it, and nothing traps")
    func damaged() throws {
        let whole = try Self.content(Self.sound)
        for index in Self.sound.indices {
            for flip in [0xFF, 0x01, 0x80] as [UInt8] {
                var bytes = Self.sound
                bytes[index] ^= flip
                // One that cannot be read at all is refused, which is as good.
                guard let found = try? Self.content(bytes) else { continue }
                for entry in found where entry.contains("=") {
                    let content = entry.drop { $0 != "=" }
                    #expect(whole.contains { $0.hasSuffix(content) }, "\(entry), byte \(index)")
                }
            }
        }
    }

    @Test("Sizes of 64 bits that are none are refused")
    func large() throws {
        var values: [Int64] = [0xFFFF_FFFF, 0xFFFF_FFFF, 7]
        let extra =
            Self.little(9, 2) + Self.little(1, 2) + [0]
            + Self.little(1, 2) + Self.little(16, 2) + Self.little(5_000_000_000, 8)
            + [UInt8](repeating: 0xFF, count: 8)
        ZipFields(extra).widen(&values, in: 0..<extra.count)
        #expect(values == [5_000_000_000, -1, 7])
        // Cut off anywhere, it says nothing.
        for length in 0..<extra.count {
            var same: [Int64] = [0xFFFF_FFFF, 1, 2]
            ZipFields(Array(extra[..<length])).widen(&same, in: 0..<length)
            #expect(same == [0xFFFF_FFFF, 1, 2])
        }
    }
}
