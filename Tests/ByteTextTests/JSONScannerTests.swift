import Testing

@testable import ByteText

@Suite("The scanner of JSON")
struct JSONScannerTests {
    private func members(of text: String) throws -> [ByteString: ByteString] {
        var members: [ByteString: ByteString] = [:]
        try Array(text.utf8).withUnsafeBufferPointer { bytes in
            var scanner = JSONScanner(bytes)
            try scanner.object { scanner, name throws(JSONScanner.Malformed) in
                _ = try scanner.next()
                members[name] = try scanner.string()
            }
            try scanner.end()
        }
        return members
    }

    @Test("Names and texts are the bytes they stand for")
    func strings() throws {
        #expect(try members(of: #" { "a" : "b\u00e9\ud83d\ude00\n", "é":"" } "#) == ["a": "bé😀\n", "é": ""])
    }

    @Test(
        "What is no JSON is refused",
        arguments: [
            "", "{", #"{"a"}"#, #"{"a":"b"} x"#, #"{"a":"b",}"#, #"{"a":"\ud800"}"#, #"{"a":"\x"}"#, "{\"a\":\"\n\"}",
            #"{"a":"b" "c":"d"}"#, #"{a:"b"}"#,
        ])
    func malformed(text: String) {
        #expect(throws: JSONScanner.Malformed.self) { try members(of: text) }
    }

    @Test("A megabyte of escaped marks costs what its bytes cost", .timeLimit(.minutes(5)))
    func escapes() throws {
        let marks = String(repeating: #"\u0301"#, count: 90_000) + String(repeating: #"\u0334"#, count: 90_000)
        #expect(try members(of: #"{"a":"\#(marks)"}"#)["a"]?.count == 360_000)
    }
}
