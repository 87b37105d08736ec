import ByteText
import JSON
import NIOCore
import Testing

@Suite("JSON read where it lies")
struct JSONViewTests {
    private func view(_ text: String) throws -> JSONView {
        try JSONParser.parse(ByteBuffer(string: text)).document.root
    }

    @Test("Members are found by their names, however the names are written, the last of each")
    func members() throws {
        let object = try view(#"{"a":1,"b":{"a":2,"c":[{"a":3}]},"\u0063":"x","a":[4,5],"zoë":true}"#)
        #expect(object.count == 5)
        #expect(object["a"]?.elements.map(\.integer) == [4, 5])
        #expect(object["b"]?["a"]?.integer == 2)
        #expect(object["b"]?["c"]?.first?["a"]?.integer == 3)
        #expect(object["c"]?.string == "x")
        #expect(object["zoë"]?.bool == true)
        #expect(object["d"] == nil && object[""] == nil && object["a"]?["a"] == nil)
        #expect(object.members.map(\.name) == ["a", "b", "c", "a", "zoë"])
    }

    @Test("A value of another kind is none")
    func kinds() throws {
        let values = try view(#"[null,false,"1",1.5,{},[]]"#)
        #expect(values.elements.map(\.isNull) == [true, false, false, false, false, false])
        #expect(values.elements.compactMap(\.bool) == [false])
        #expect(values.elements.compactMap(\.integer) == [])
        #expect(values.elements.compactMap(\.string) == ["1"])
        #expect(values.second?.bool == false && values.first?.second == nil && values.first?.first == nil)
        #expect(values.elements.map(\.count) == [0, 0, 0, 0, 0, 0])
        #expect(try view("{}").elements.map(\.kind) == [] && view("[1]").members.map(\.name) == [])
    }

    @Test("Integers of every length are what they say; what does not fit, is no integer or is -0 is none", arguments: [
        ("0", 0), ("-1", -1), ("999999999999999999", 999_999_999_999_999_999),
        ("-999999999999999999", -999_999_999_999_999_999), ("9223372036854775807", Int64.max),
        ("-9223372036854775808", Int64.min), ("9223372036854775808", nil), ("-0", nil), ("1.0", nil), ("1e2", nil),
    ])
    func integers(text: String, value: Int64?) throws {
        #expect(try view(text).integer == value)
    }

    @Test("A tree that is made of it is the text", arguments: [
        "null", "[]", "{}", #"["a",{"b":[1,-2.5,true,false,null,"é\"\\\n"]},[[],{}]]"#,
        "[" + (0..<1000).map { "\($0)" }.joined(separator: ",") + "]",
    ])
    func tree(text: String) throws {
        #expect(try view(text).value.text == text)
        #expect(JSONView(try view(text).value)?.value == (try view(text).value))
    }

    @Test("A number is too large only where its digits and its exponent together are")
    func largeNumbers() throws {
        let digits = String(repeating: "9", count: 400)
        for text in [digits, "1e309", "-1e400", digits + ".5"] {
            #expect(throws: JSONParser.Failure.self) { try view(text) }
            let parsed = try JSONParser.parse(ByteBuffer(string: "[\(text),1]"), .steppingOver(maxValues: 10))
            #expect(parsed.flaw == .numberTooLarge && parsed.value == [nil, 1])
        }
        let small = try view("[0.\(digits),1e-400,\(digits)e-200]").value
        #expect(small.array?.count == 3)
    }

    @Test("What has no room any more is left out, with the member's name and all that it stands in")
    func full() throws {
        func made(_ text: String, _ limit: Int) throws -> JSONValue {
            let parsed = try JSONParser.parse(ByteBuffer(string: text), .steppingOver(maxValues: limit))
            #expect(parsed.flaw == .tooManyValues)
            return parsed.value
        }
        #expect(try made("[1,2,3]", 3) == [1, 2])
        #expect(try made(#"{"a":1,"b":2,"c":[3]}"#, 3) == ["a": 1, "b": 2])
        #expect(try made(#"["a",{"b":1,"c":[2,3]},4]"#, 4) == ["a"])
        #expect(try made("[1]", 0) == nil)
    }
}
