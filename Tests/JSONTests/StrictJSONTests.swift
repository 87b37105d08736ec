import ByteText
import JSON
import NIOCore
import Testing

@Suite("JSON of which nobody may read another text")
struct StrictJSONTests {
    private func parse(_ text: String) throws -> JSONValue {
        try JSONParser.parse(ByteBuffer(string: text), .strict()).value
    }

    @Test("Names and texts are the bytes they stand for")
    func strings() throws {
        #expect(
            try parse(#" { "a" : "b\u00e9\ud83d\ude00\n", "é":"" } "#) == ["a": "bé😀\n", "é": ""])
    }

    @Test(
        "What is no JSON is refused",
        arguments: [
            "", "{", "[1", #"{"a"}"#, #"{"a":}"#, #"{"a":"b"} x"#, #"{"a":"b",}"#, #"{"a":"\x"}"#, "{\"a\":\"\n\"}",
            #"{"a":"b" "c":"d"}"#, #"{a:"b"}"#, "nul", "\"\u{1}", "1 2", "{'a':1}", "01", "1.", "-", "1e",
        ])
    func malformed(text: String) {
        #expect(throws: JSONParser.Failure.self) { try parse(text) }
    }

    @Test("Every escape is read, surrogates in pairs only")
    func escapes() throws {
        #expect(try parse(#""\u0041\uD83D\uDE00\n\/\"\\\b\f\r\t\u00e9""#) == .string("A😀\n/\"\\\u{8}\u{C}\r\té"))
        for text in [
            #""\uD83D""#, #""\uDE00""#, #""\uD83Dx""#, #""\uD83D\u0041""#, #""\u12""#, #""\x""#,
            #""\uDE00\uD83D""#, #"{"\ud800":1}"#,
        ] {
            #expect(throws: JSONParser.Failure.self, "\(text)") { try parse(text) }
        }
    }

    @Test("Bytes that are no UTF-8 are refused, in a text, in a name, and beside an escape")
    func utf8() {
        for text: [UInt8] in [
            [0x22, 0xFF, 0x22], [0x22, 0x5C, 0x6E, 0xC3, 0x22], [0x7B, 0x22, 0xC3, 0x22, 0x3A, 0x31, 0x7D],
        ] {
            #expect(throws: JSONParser.Failure.self, "\(text)") {
                try JSONParser.parse(ByteBuffer(bytes: text), .strict())
            }
            #expect(throws: Never.self) { try JSONParser.parse(ByteBuffer(bytes: text)) }
        }
    }

    @Test("Nesting beyond the bound is refused, not followed")
    func nesting() throws {
        func nested(_ depth: Int) -> String {
            String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
        }
        _ = try parse(nested(64))
        #expect(throws: JSONParser.Failure.self) { try parse(nested(65)) }
        #expect(throws: JSONParser.Failure.self) { try parse(String(repeating: "[", count: 100_000)) }
        _ = try JSONParser.parse(ByteBuffer(string: nested(8)), .strict(maxDepth: 8))
        #expect(throws: JSONParser.Failure.self) {
            try JSONParser.parse(ByteBuffer(string: nested(9)), .strict(maxDepth: 8))
        }
    }

    @Test("A megabyte of escaped marks costs what its bytes cost", .timeLimit(.minutes(1)))
    func escapedMarks() throws {
        let marks = String(repeating: #"\u0301"#, count: 90_000) + String(repeating: #"\u0334"#, count: 90_000)
        #expect(try parse(#"{"a":"\#(marks)"}"#)["a"]?.string?.count == 360_000)
    }

    @Test("Values are told apart: whole numbers, others, flags, null")
    func values() throws {
        let json = #"[1,-9223372036854775808,1.5,true,false,null,"1",{},[]]"#
        let expected: [JSONValue] = [
            .integer(1), .integer(.min), .number(1.5), .bool(true), .bool(false), .null, .string("1"),
            .object(JSONObject()), .array([]),
        ]
        #expect(try parse(json) == .array(expected))
        #expect(JSONValue.array(expected).text == json)
    }

    @Test("A fraction without a remainder is a whole number, as long as it cannot have become one by rounding")
    func wholeNumbers() throws {
        #expect(try parse("60.0").wholeNumber == 60)
        #expect(try parse("-1.5e2").wholeNumber == -150)
        #expect(try parse("-0").wholeNumber == 0)
        #expect(try parse("9223372036854775807").wholeNumber == .max)
        for text in ["1.5", "1e16", "9007199254740993.0", "9223372036854775808", "\"1\"", "true"] {
            #expect(try parse(text).wholeNumber == nil, "\(text)")
        }
    }

    @Test("Whether a name comes twice is told by its bytes, however it is written")
    func uniqueNames() throws {
        for (text, isUnique) in [("{}", true), (#"{"a":1,"b":1}"#, true), (#"{"a":1,"\u0061":1}"#, false)] {
            #expect(try parse(text).object?.hasUniqueNames == isUnique, "\(text)")
        }
    }

    @Test(
        "Text is written so that any reader gets it back",
        arguments: [
            "plain", "\"quoted\" \\ back", "line\nfeed\r\ttab", "\u{0}\u{1F}\u{7F}", "é ü 😀 \u{2028}", "</script>",
        ])
    func roundTrip(text: String) throws {
        let written = JSONValue.string(text).text
        #expect(!written.contains("\n"))
        #expect(try parse(written) == .string(text))
    }
}
