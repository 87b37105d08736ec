import ByteText
import Testing

@testable import ChatHTTP

@Suite("JSON of the admin endpoint")
struct JSONTests {
    @Test(
        "Text is written so that any reader gets it back",
        arguments: [
            "plain", "\"quoted\" \\ back", "line\nfeed\r\ttab", "\u{0}\u{1F}\u{7F}", "é ü 😀 \u{2028}", "</script>",
        ])
    func strings(text: String) throws {
        let written = JSON.string(text).text
        #expect(!written.contains("\n"))
        guard case .string(let read) = try JSON.parse(Array(written.utf8)) else {
            Issue.record("no string: \(written)")
            return
        }
        #expect(read.string == text)
    }

    @Test("Values are told apart: whole numbers, others, flags, null")
    func values() throws {
        let json = #"[1,-9223372036854775808,1.5,true,false,null,"1",{},[]]"#
        let expected: [JSON] = [
            .integer(1), .integer(.min), .number(1.5), .bool(true), .bool(false), .null, .string("1"), .object([]),
            .array([]),
        ]
        #expect(try JSON.parse(Array(json.utf8)) == .array(expected))
        #expect(JSON.array(expected).text == json)
    }

    @Test("What is no JSON is refused", arguments: ["", "{", "[1", "{\"a\":}", "nul", "\"\u{1}", "1 2", "{'a':1}"])
    func garbage(text: String) {
        #expect(throws: (any Error).self) { try JSON.parse(Array(text.utf8)) }
    }

    @Test("Every escape is read, surrogates in pairs only")
    func escapes() throws {
        let text = #""\u0041\uD83D\uDE00\n\/\"\\\b\f\r\t\u00e9""#
        #expect(try JSON.parse(Array(text.utf8)) == .string("A😀\n/\"\\\u{8}\u{C}\r\té"))
        for text in [
            #""\uD83D""#, #""\uDE00""#, #""\uD83Dx""#, #""\uD83D\u0041""#, #""\u12""#, #""\x""#, "01", "1.", "-", "1e",
        ] {
            #expect(throws: (any Error).self, "\(text)") { try JSON.parse(Array(text.utf8)) }
        }
        #expect(throws: (any Error).self) { try JSON.parse([0x22, 0xFF, 0x22]) }
    }

    @Test("Nesting without end is refused, not followed")
    func nesting() {
        let deep = String(repeating: "[", count: 100_000)
        #expect(throws: (any Error).self) { try JSON.parse(Array(deep.utf8)) }
    }
}
