import ChatCore
import Foundation
import NIOCore
import Testing

@testable import parley

@Suite("Lines of a file")
struct LineReaderTests {
    private static func lines(of text: String, longest: Int = 1 << 20) throws -> [String] {
        let pipe = Pipe()
        let writer = Thread {
            pipe.fileHandleForWriting.write(Data(text.utf8))
            try? pipe.fileHandleForWriting.close()
        }
        writer.start()
        var reader = LineReader(pipe.fileHandleForReading, longest: longest)
        var lines: [String] = []
        while let line = try reader.next() { lines.append(String(buffer: line)) }
        return lines
    }

    @Test("The last line needs no end; empty lines are lines")
    func ends() throws {
        #expect(try Self.lines(of: "") == [])
        #expect(try Self.lines(of: "a") == ["a"])
        #expect(try Self.lines(of: "a\n") == ["a"])
        #expect(try Self.lines(of: "\n\nb") == ["", "", "b"])
    }

    @Test("Lines of any length up to the longest come through, whatever the chunks they were read in")
    func lengths() throws {
        let wanted = (0..<200).map { String(repeating: "x", count: $0 * $0 * 7) }
        #expect(try Self.lines(of: wanted.joined(separator: "\n")) == wanted)
    }

    @Test("A longer line is refused")
    func tooLong() throws {
        let error = try #require(throws: ArchiveError.self) {
            try Self.lines(of: String(repeating: "x", count: 1 << 20), longest: 1000)
        }
        #expect(error.code == .tooLong)
    }
}
