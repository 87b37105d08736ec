import Foundation
import JSON
import NIOCore
import Testing

@Suite("A JSON writer")
struct JSONWriterTests {
    private func text(reserving capacity: Int = 256, _ write: (inout JSONWriter) -> Void) -> String {
        var writer = JSONWriter(reserving: capacity)
        write(&writer)
        return String(buffer: writer.finish())
    }

    @Test("Commas stand between the values of an object and of an array, and nowhere else")
    func commas() {
        let written = text { writer in
            writer.object { object in
                object.field("a", 1)
                object.array("b", [1, 2]) { writer, value in writer.object { $0.field("c", value) } }
                object.object("d") { _ in }
                object.array("e", [Int]()) { $0.integer(Int64($1)) }
                object.array("f", [[1, 2], [], [3]]) { $0.array($1) { $0.integer(Int64($1)) } }
                object.null("g")
                object.field("h", nil as String?)
                object.field("i", true)
                object.field("j") { $0.bool(false) }
                object.field("k", json: ByteBuffer(string: "[0]"))
                object.name("l\"")
                object.plainString(size: 2) { $0.copyBytes(from: "ok".utf8) }
                object.field("m", "n")
            }
        }
        #expect(
            written == #"{"a":1,"b":[{"c":1},{"c":2}],"d":{},"e":[],"f":[[1,2],[],[3]],"g":null,"h":null,"i":true,"#
                + #""j":false,"k":[0],"l\"":"ok","m":"n"}"#)
    }

    @Test("A value on its own is a text")
    func single() {
        #expect(text { $0.string("") } == #""""#)
        #expect(text { $0.integer(.min) } == "-9223372036854775808")
        #expect(text { $0.null() } == "null")
    }

    @Test("It grows to what is written, and Foundation reads the same", arguments: [0, 1, 63, 64, 65, 4096])
    func grows(capacity: Int) throws {
        let texts = (0..<200).map { String(repeating: "é\n\"x", count: $0) }
        let written = text(reserving: capacity) { writer in
            writer.object { $0.array("texts", texts) { $0.string($1) } }
        }
        #expect(try JSONDecoder().decode([String: [String]].self, from: Data(written.utf8)) == ["texts": texts])
    }
}
