import NIOCore
import Testing

@testable import ChatImport

@Suite("Lines of a text")
struct TextLinesTests {
    @Test("Lines are found wherever the bytes are cut, with their numbers", arguments: [1, 2, 100])
    func cuts(step: Int) throws {
        var lines = TextLines(SomeBytes("a\n\nbc\r\nd", step: step))
        var found: [String] = []
        while let line = try lines.next() { found.append("\(lines.number)\(String(buffer: line.text))") }
        #expect(found == ["1a", "2", "3bc\r", "4d"])
    }

    @Test("A line that is too long is passed over")
    func length() throws {
        var lines = TextLines(SomeBytes(String(repeating: "x", count: TextLines.longest + 1) + "\nb", step: 1 << 17))
        let first = try #require(try lines.next())
        #expect(first.isTooLong && first.text.readableBytes == 0)
        let second = try #require(try lines.next())
        #expect(!second.isTooLong && String(buffer: second.text) == "b")
        #expect(try lines.next() == nil)
    }
}
