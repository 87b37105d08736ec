import Foundation
import JSON
import NIOCore
import Testing

@Suite("Writing JSON text")
struct JSONTextTests {
    private func written(_ text: String) -> String {
        var writer = JSONWriter()
        writer.string(text)
        return String(buffer: writer.finish())
    }

    private func parsed<Value: Decodable>(_ text: String) throws -> Value {
        try JSONDecoder().decode([Value].self, from: Data("[\(text)]".utf8))[0]
    }

    @Test("Every single byte of ASCII, at every place of a word, is read back as it was by Foundation")
    func everyByte() throws {
        for scalar in (0..<128).compactMap(Unicode.Scalar.init) {
            for place in 0..<17 {
                let text = String(repeating: "a", count: place) + String(scalar) + String(repeating: "é", count: 5)
                #expect(try parsed(written(text)) == text)
            }
        }
    }

    @Test("Random strings are read back as they were by Foundation")
    func randomStrings() throws {
        var random = SystemRandomNumberGenerator()
        let plain = Array("abc XYZ 0189 .,;é日😀".unicodeScalars)
        let control = (0..<32).compactMap(Unicode.Scalar.init)
        let hostile = plain + control + "\"\\/\u{7f}\u{80}\u{2028}\u{10FFFF}".unicodeScalars
        for round in 0..<4000 {
            var text = ""
            let alphabet = round.isMultiple(of: 2) ? plain : hostile
            for _ in 0..<Int.random(in: 0...200, using: &random) {
                text.unicodeScalars.append(alphabet[Int.random(in: alphabet.indices, using: &random)])
            }
            #expect(try parsed(written(text)) == text)
        }
    }

    @Test("Only what must be is escaped, in the short form where there is one")
    func leastEscaping() {
        #expect(written("a\"b\\c\nd\re\tf\u{1}\u{1f}/é\u{7f}") == #""a\"b\\c\nd\re\tf\u0001\u001f/é"# + "\u{7f}\"")
        #expect(written("") == "\"\"")
    }

    @Test("Integers are written as Swift writes them", arguments: [
        0, 1, 9, 10, 99, 100, -1, -9, -10, 12345, Int64.max, Int64.min, Int64.min + 1, 1_000_000_000_000_000_000,
    ])
    func integers(value: Int64) {
        var writer = JSONWriter()
        writer.integer(value)
        #expect(String(buffer: writer.finish()) == String(value))
    }
}
