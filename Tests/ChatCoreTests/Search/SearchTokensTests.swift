import Testing

@testable import ChatCore

@Suite("Words of a text, and texts compared")
struct SearchTokensTests {
    private func words(_ text: String) -> [String] {
        SearchTokens.indexed(text).split(separator: " ").map { String($0) }
    }

    private func finds(_ query: String, _ text: String) throws -> Bool {
        var matcher = SearchMatcher(try SearchQuery(query))
        return matcher.matches(text)
    }

    @Test("A text of ASCII goes into the index as it is")
    func plain() {
        #expect(SearchTokens.indexed("C++ and a@b.example,\n 10.100") == "C++ and a@b.example,\n 10.100")
        #expect(SearchTokens.indexed("") == "")
    }

    @Test("Numbers behind letters are words by themselves, too", arguments: [
        ("v2.10.3", "v2.10.3 2"), ("2026-01-05T12:30", "2026-01-05T12:30 12"), ("a1b23 4c", "a1b23 4c 1 23"),
        ("1st_x9", "1st_x9 9"), ("4", "4"),
    ])
    func numbers(text: String, indexed: String) {
        #expect(SearchTokens.indexed(text) == indexed)
        #expect(words("é " + text).contains(String(indexed.split(separator: " ").last ?? "")))
    }

    @Test("Of a word with seams every part is a word, and so is all of it; a fourth seam is none")
    func seams() {
        func joined(_ parts: Int) -> String { [String](repeating: "ما", count: parts).joined(separator: "\u{200C}") }
        #expect(words("می\u{200C}خواهم") == ["ميخواهم", "مي", "خواهم"])
        #expect(words(joined(3)).count == 6 && words(joined(4)).count == 10 && words(joined(9)).count == 10)
        #expect(words("a\u{200C}b \u{200C}می \u{200C} خواهم\u{200C}").count == 3)
    }

    @Test("Of scripts without blanks pairs or triples are words, and what is left at the end; of others words")
    func cut() {
        #expect(words("東京都へ行く。") == ["東京", "京都", "都へ", "へ行", "行く", "く"])
        #expect(words("ไทย ก") == ["ไทย", "ทย", "ย", "ก"])
        #expect(words("請看PR12的é") == ["請看", "看", "pr12", "12", "的", "e"])
        #expect(words("Ünï-code’s 👍🏽🇩🇪☂") == ["uni", "code", "s", "👍", "🇩🇪", "☂"])
        #expect(words("한\u{1100}\u{1161}\u{11A8}ㄱㅏ") == ["한각", "각가", "가"])
    }

    @Test("Nothing that goes into the index is cut or folded again there")
    func stable() {
        for text in ["Ångström ½ ㎏ ﷺ Ǆ", "१२३ 〇〇", "é_ü", "ß\u{0}ß", "Ⅷ ⑩", "\u{10FFFF}é"] {
            for word in words(text) {
                #expect(word.utf8.allSatisfy { $0 >= 0x80 || (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) })
                #expect(words(word + "é").first?.hasPrefix(word) == true || words(word).contains(word), "\(word)")
            }
        }
    }

    @Test("What Unicode counts as one is one", arguments: [
        ("\u{1E9B}\u{0323}", "ṩ"), ("\u{212B}", "å"), ("ﷺ", "صلى الله عليه وسلم"),
        ("㍿", "株式会社"), ("①", "1"), ("ｶﾞ", "ガ"),
        ("㋿", "令和"), ("ﬃ", "ffi"), ("Ⅻ", "xii"), ("ℌ", "h"), ("𝔘𝔫𝔦", "uni"), ("㎢", "km2"),
        ("ŉ", "ʼn"), ("\u{0958}", "\u{0915}\u{093C}"),
        ("\u{1037}\u{103A}", "\u{103A}\u{1037}"), ("ǅ", "dž"), ("İ", "i"), ("ς", "Σ"), ("ẞ", "ss"), ("\u{F900}", "豈"),
        ("٣۳३３๓", "33333"), ("\u{958}", "\u{915}"),
        ("\u{931}", "\u{930}\u{93C}"), ("צה״ל ג׳ בית־ספר", "צה\"ל ג' בית-ספר"),
    ])
    func compatible(_ one: String, _ other: String) throws {
        #expect(FoldedText(one).scalars == FoldedText(other).scalars)
    }

    @Test("The table folds what it has folded no further, and a scalar is of one kind")
    func table() {
        for value in (0 as UInt32)...0x10FFFF where value % 7 == 0 {
            SearchTable.shared.fold(value) { scalar, entry in
                var again: [UInt32] = []
                SearchTable.shared.fold(scalar) { folded, _ in again.append(folded) }
                #expect(again == [scalar], "\(String(value, radix: 16))")
                if entry.kind == .nothing { #expect(scalar == value) }
            }
        }
    }

    @Test("A text of whatever marks takes time linear in its length", .timeLimit(.minutes(1)))
    func linear() throws {
        for unit in ["\u{301}\u{316}", "\u{93C}\u{94D}", "\u{E38}\u{E48}", "\u{E48}\u{E38}", "🇩", "a", "ㄱ"] {
            let text = String(repeating: unit, count: 50_000)
            _ = SearchTokens.indexed(text)
            let found = try finds("🇩🇪 \u{E38} x", text)
            #expect(!found)
        }
    }

    @Test("Bytes that are no UTF-8 are no words, and nothing is read behind them")
    func broken() throws {
        var matcher = SearchMatcher(try SearchQuery("a"))
        for bytes: [UInt8] in [[0xFF, 0x61], [0xE2, 0x82], [0xF0], [0xC3], [0x80, 0x80], [0xED, 0xA0, 0x80, 0x61]] {
            let isFound = bytes.withUnsafeBytes { matcher.matches($0) }
            #expect(isFound == (bytes.last == 0x61))
        }
    }

    @Test("Hits are told as bytes of the text as it was sent")
    func hits() throws {
        func hits(_ query: String, _ text: String) throws -> [String] {
            var matcher = SearchMatcher(try SearchQuery(query))
            return matcher.hits(in: text).map { String(decoding: Array(text.utf8)[$0], as: UTF8.self) }
        }
        #expect(try hits("cafe", "Le CAFE\u{301} est") == ["CAFE\u{301}"])
        #expect(try hits("ope", "open, opener, nope") == ["open", "opener"])
        #expect(try hits("京 oﬃ", "東京のOffice") == ["京", "Office"])
        #expect(try hits("\"b  c\"", "a b\n\tc d") == ["b\n\tc"])
        var matcher = SearchMatcher(try SearchQuery("1"))
        #expect(SearchExcerpt.cut("½", matcher.hits(in: "½")) == "\u{2}½\u{3}")
    }

    @Test("Of a long query some words are asked of the index, and all of it of the text")
    func long() throws {
        let text = String((0..<200).compactMap { Unicode.Scalar(0x4E00 + $0).map { Character($0) } })
        let query = try SearchQuery(text)
        #expect(query.words.count <= 16 && query.words.count > 8)
        #expect(try finds(text, "x" + text + "y"))
        #expect(try !finds(text, String(text.dropLast())))
        #expect(try SearchQuery(String(repeating: "a b c ", count: 100)).words == ["a", "b", "c"])
    }
}
