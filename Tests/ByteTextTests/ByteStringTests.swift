import ByteText
import Testing

@Suite("Text as bytes")
struct ByteStringTests {
    private static let samples = [
        "", "a", "b", "ab", "message:send", "message:sent", "eight by", "eight bytes and more than fifteen", "é",
        "e\u{301}", "\u{E9}\u{334}", "\u{1F468}\u{200D}\u{1F469}", "\u{0}", "a\u{0}", "\u{FFFD}", "ÿ", "\u{10FFFF}",
    ]

    @Test("Equal are those with the same bytes, whatever Unicode says", arguments: samples)
    func equality(text: String) {
        for other in Self.samples {
            let areEqual = Array(text.utf8) == Array(other.utf8)
            #expect((ByteString(text) == ByteString(other)) == areEqual, "\(text) \(other)")
            if areEqual { #expect(ByteString(text).hashValue == ByteString(other).hashValue) }
        }
    }

    @Test("What Unicode holds for the same is two members of a table")
    func tables() {
        let table: [ByteString: Int] = ["\u{E9}": 1, "e\u{301}": 2]
        #expect(table.count == 2 && table["\u{E9}"] == 1 && table["e\u{301}"] == 2 && table["e"] == nil)
    }

    @Test("The order is that of the bytes, which is that of the scalars")
    func order() {
        for left in Self.samples {
            for right in Self.samples {
                let precedes = left.utf8.lexicographicallyPrecedes(right.utf8)
                #expect((ByteString(left) < ByteString(right)) == precedes, "\(left) \(right)")
            }
        }
    }

    @Test("What is cut ends with a whole scalar, and has at most so many bytes", arguments: samples)
    func cut(text: String) {
        for limit in 0...(text.utf8.count + 1) {
            let cut = ByteString(text).prefix(atMost: limit)
            #expect(cut.count <= limit && text.utf8.starts(with: cut.utf8))
            #expect(!cut.string.unicodeScalars.contains("\u{FFFD}") || text == "\u{FFFD}")
            #expect(text.utf8.count - cut.count < 4 || cut.count > limit - 4)
        }
    }

    @Test("Bytes that are no UTF-8 are repaired")
    func repaired() {
        #expect(ByteString(decoding: [0x61, 0xFF, 0x62]) == "a\u{FFFD}b")
        #expect(ByteString(decoding: [0xED, 0xA0, 0x80]).string.unicodeScalars.allSatisfy { $0 == "\u{FFFD}" })
    }

    @Test("Parts, blanks and cases are those of ASCII")
    func ascii() {
        #expect(ByteString("Bearer x").startsIgnoringCase(with: "bearer "))
        #expect(!ByteString("Bear").startsIgnoringCase(with: "bearer "))
        #expect(ByteString("Content-TYPE").equalsIgnoringCase("content-type"))
        #expect(!ByteString("\u{212A}").equalsIgnoringCase("k"))
        #expect(ByteString("ÄBC").asciiLowercased == "Äbc")
        #expect(ByteString(" \t a b\r\n").asciiTrimmed == "a b" && ByteString(" \t").asciiTrimmed == "")
        #expect(ByteString("a,,b").split(separator: ",") == ["a", "", "b"])
        #expect(ByteString("a,,b").split(separator: ",", omittingEmpty: true) == ["a", "b"])
        #expect(ByteString("a b c").split(separator: " ", maxSplits: 1) == ["a", "b c"])
        #expect(ByteString("//evil").starts(with: "//") && !ByteString("/").starts(with: "//"))
    }

    @Test("A text that Unicode takes quadratic time for is compared and hashed at once")
    func combiningMarks() {
        let count = 2_000_000
        let marks = String(repeating: "\u{301}", count: count) + String(repeating: "\u{334}", count: count)
        let (left, right) = (ByteString("a" + marks), ByteString("a" + marks + "\u{301}"))
        // By canonical equivalence this would take an hour.
        #expect(left != right && left < right && Set([left, right, left]).count == 2)
        #expect(left.prefix(atMost: 64).count == 63 && right.starts(with: left))
        #expect(!left.asciiTrimmed.equalsIgnoringCase(right) && left.split(separator: " ").count == 1)
    }

    @Test("A byte is found at every place of a word, and only where it is")
    func containsByte() {
        for length in 0..<20 {
            let text = String(repeating: "é\u{1}", count: length)
            #expect(!ByteString(text).contains(0) && !ByteString(text).contains(0x80))
            for place in 0...length {
                #expect(ByteString(text.prefix(place) + "\0" + text.dropFirst(place)).contains(0))
            }
        }
    }
}
