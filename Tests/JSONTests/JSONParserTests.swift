import ByteText
import Foundation
import JSON
import NIOCore
import Testing

@Suite struct JSONParserTests {
    @Test("What is stepped over is counted: it has to be paid for")
    func stepsAreCounted() throws {
        let deep = String(repeating: "[", count: 100_000) + String(repeating: "]", count: 100_000)
        let nested = try JSONParser.parse(ByteBuffer(string: deep), .steppingOver(maxValues: 1000))
        #expect(nested.flaw == .tooDeep)
        #expect(nested.count + nested.skipped >= 100_000)
        let many = try JSONParser.parse(
            ByteBuffer(string: "[" + String(repeating: "0,", count: 100_000) + "0]"), .steppingOver(maxValues: 1000))
        #expect(many.flaw == .tooManyValues)
        #expect(many.count + many.skipped >= 100_000)
        let small = try JSONParser.parse(ByteBuffer(string: "[1,[2]]"), .steppingOver(maxValues: 1000))
        #expect(small.skipped == 0 && small.count == 4)
    }

    private func parse(_ text: String) throws -> JSONValue { try JSONValue(parsing: ByteBuffer(string: text)) }

    @Test(
        "Every kind of value is read and written back as it came",
        arguments: [
            "null", "true", "false", "0", "-1", "12345678901234", "1.5", "\"\"", "\"a\"", "[]", "{}",
            "[1,\"2\",{\"3\":[true]}]",
            "{\"a\":{\"b\":[null,false]},\"c\":\"d\"}", "\"\\\"\\\\\\n\\r\\t\"", "\"zoë 😀 日本\"",
        ])
    func roundTrip(text: String) throws {
        #expect(try parse(text).text == text)
    }

    @Test(
        "What is no JSON is refused",
        arguments: [
            "", " ", "nul", "tru", "01", "-", "1.", "1e", "+1", ".5", "\"", "\"\\x\"", "\"\\u12\"", "[1,]", "[1 2]",
            "{\"a\"}",
            "{\"a\":}", "{a:1}", "{\"a\":1,}", "[", "{", "]", "1 2", "\"\u{01}\"", "NaN", "1e999", "'a'", "//",
        ])
    func refused(text: String) {
        #expect(throws: JSONValue.ParseError.self) { try parse(text) }
    }

    @Test("Escapes become the characters they stand for, surrogate pairs one, a lone half the replacement character")
    func escapes() throws {
        #expect(try parse("\"\\u0041\\/\\b\\f\"") == .string("A/\u{8}\u{c}"))
        #expect(try parse("\"\\ud83d\\ude00!\"") == .string("😀!"))
        #expect(try parse("\"\\ud83d!\"") == .string("\u{FFFD}!"))
        #expect(try parse("\"\\ud83d\\u0041\"") == .string("\u{FFFD}A"))
        #expect(try parse("\"\\ude00\"") == .string("\u{FFFD}"))
    }

    @Test("Nesting is bounded: deep text is refused instead of exhausting the stack")
    func depth() throws {
        let deep = 60
        #expect(throws: Never.self) {
            try parse(String(repeating: "[", count: deep) + String(repeating: "]", count: deep))
        }
        #expect(throws: JSONValue.ParseError.self) { try parse(String(repeating: "[", count: 100_000)) }
        #expect(throws: JSONValue.ParseError.self) { try parse(String(repeating: "{\"a\":", count: 100_000)) }
    }

    @Test("Numbers beyond 64 bits become doubles, and whole doubles are written without a fraction")
    func numbers() throws {
        #expect(try parse("9223372036854775807") == .integer(.max))
        #expect(try parse("18446744073709551616") == .number(18_446_744_073_709_551_616))
        #expect(try parse("1e2").text == "100")
        #expect(try parse("-0.25").text == "-0.25")
    }

    @Test("The last of several members of one name counts, as in JavaScript")
    func duplicateMembers() throws {
        #expect(try parse("{\"a\":1,\"a\":2}")["a"] == .integer(2))
    }

    @Test("A parser of ours and Foundation's agree on ten thousand random texts")
    func agreesWithFoundation() throws {
        var random = SplitMix(state: 0x5EED)
        for _ in 0..<10_000 {
            let text = random.json(depth: 3)
            let bytes = Data(text.utf8)
            let ours = try? parse(text)
            let theirs = try? JSONDecoder().decode(JSONValue.self, from: bytes)
            #expect((ours == nil) == (theirs == nil), "\(text)")
            if let ours, let theirs {
                #expect(ours.sorted == theirs.sorted, "\(text)")
                #expect(try parse(ours.text).sorted == theirs.sorted, "\(text)")
            }
        }
    }
}

/// A small generator, so that a run can be repeated.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    mutating func json(depth: Int) -> String {
        switch Int.random(in: 0..<(depth > 0 ? 9 : 7), using: &self) {
        case 0: "null"
        case 1: Bool.random(using: &self) ? "true" : "false"
        case 2: String(Int64.random(in: -1_000_000...1_000_000, using: &self))
        case 3: "\"" + String((0..<3).map { _ in "aé😀\u{7f} /".randomElement(using: &self) ?? "x" }) + "\""
        case 4: "\"\\u00e9\\n\\\"\""
        case 5: String(Double(Int.random(in: -999...999, using: &self)) / 8)
        case 6: ["tru", "[", "1..2", "\"", "{}}"].randomElement(using: &self) ?? ""
        case 7:
            "[" + (0..<Int.random(in: 0...3, using: &self)).map { _ in json(depth: depth - 1) }.joined(separator: ", ")
                + "]"
        default:
            "{"
                + (0..<Int.random(in: 0...3, using: &self)).map { "\"k\($0)\" : " + json(depth: depth - 1) }
                .joined(separator: ",") + "}"
        }
    }
}

extension JSONValue {
    /// With the members of every object in the order of their names: Foundation keeps none.
    fileprivate var sorted: JSONValue {
        switch self {
        case .array(let values): .array(values.map(\.sorted))
        case .object(let object):
            .object(
                object.members.sorted { $0.name < $1.name }
                    .reduce(into: JSONObject()) { $0[$1.name] = $1.value.sorted })
        case .number(let value) where value == value.rounded(): .integer(Int64(value))
        default: self
        }
    }
}
