import ChatCore
import Testing

@Suite("Excerpts")
struct TextExcerptTests {
    private static let family = "👩\u{200D}👩\u{200D}👧\u{200D}👦"

    @Test("A text within the limit stays; a longer one is cut to it")
    func plain() {
        #expect(TextExcerpt.cut("", scalars: 3) == "")
        #expect(TextExcerpt.cut("abc", scalars: 3) == "abc")
        #expect(TextExcerpt.cut("abcd", scalars: 3) == "abc")
        #expect(TextExcerpt.cut("äöü", scalars: 3) == "äöü")
        #expect(TextExcerpt.cut("äöüß", scalars: 3) == "äöü")
    }

    @Test("No character is shown in part", arguments: [
        (family, 7), ("🇩🇪", 2), ("e\u{301}", 2), ("\r\n", 2), ("👍🏽", 2), ("क्षि", 4), ("\u{1100}\u{1161}\u{11A8}", 3),
        ("1\u{FE0F}\u{20E3}", 3),
    ])
    func whole(character: String, scalars: Int) {
        #expect(character.unicodeScalars.count == scalars && character.count == 1)
        for room in 0..<scalars {
            let text = "ab" + character + "c"
            #expect(TextExcerpt.cut(text, scalars: 2 + room).utf8.elementsEqual("ab".utf8), "\(room)")
        }
        let whole = TextExcerpt.cut("ab" + character + "c", scalars: 2 + scalars)
        #expect(whole.utf8.elementsEqual(("ab" + character).utf8))
    }

    @Test("Flags are told apart from the beginning")
    func flags() {
        #expect(TextExcerpt.cut("🇩🇪🇫🇷🇮🇹", scalars: 5).utf8.elementsEqual("🇩🇪🇫🇷".utf8))
        #expect(TextExcerpt.cut("x🇩🇪🇫🇷🇮🇹", scalars: 5).utf8.elementsEqual("x🇩🇪🇫🇷".utf8))
    }

    @Test("A character larger than the limit is cut, for it is no text that somebody reads")
    func endless() {
        let text = "z" + String(repeating: "\u{301}", count: 100_000)
        #expect(TextExcerpt.cut(text, scalars: 200).unicodeScalars.count == 200)
        #expect(TextExcerpt.cut("ab" + text, scalars: 200) == "ab")
    }

    @Test("A reply shows 200 scalars of what it answers, and no part of a character")
    func quote() {
        let content = String(repeating: "x", count: 198) + Self.family
        let quote = Message.Quote(id: MessageID("m"), seq: 1, senderID: nil, ofContent: content)
        #expect(quote.content == String(repeating: "x", count: 198))
    }
}
