import ChatCore
import Testing

@Suite("The part of a text that is shown for a search")
struct SearchExcerptTests {
    private let plain = (0..<60).map { "w\($0)" }

    /// The text of the words, and where its hits are.
    private func text(_ hits: Set<Int>) -> (String, [Range<Int>]) {
        var (text, ranges): (String, [Range<Int>]) = ("", [])
        for (number, word) in plain.enumerated() {
            if number > 0 { text += ", " }
            if hits.contains(number) { ranges.append(text.utf8.count..<(text.utf8.count + word.utf8.count)) }
            text += word
        }
        return (text, ranges)
    }

    private func cut(_ hits: Set<Int>) -> String {
        let (text, ranges) = text(hits)
        return SearchExcerpt.cut(text, ranges)
    }

    private func words(_ text: String) -> [String] {
        text.split { $0 == " " || $0 == "," }.map { String($0.filter { $0 != "\u{2}" && $0 != "\u{3}" && $0 != "…" }) }
    }

    @Test("A short text is shown whole")
    func short() {
        #expect(SearchExcerpt.cut("  One (two), three!  ", [7..<10]) == "  One (\u{2}two\u{3}), three!  ")
        #expect(SearchExcerpt.cut("", []) == "")
        #expect(SearchExcerpt.cut("ab", [0..<1, 0..<2, 1..<2]) == "\u{2}ab\u{3}")
    }

    @Test("Of a long one so many words are shown, the hit in their middle, and where it was cut")
    func middle() {
        let cut = cut([30])
        #expect(words(cut) == Array(plain[19..<43]))
        #expect(cut.hasPrefix("…w19,") && cut.hasSuffix("w42…") && cut.contains(" \u{2}w30\u{3},"))
    }

    @Test("At either end nothing is cut there", arguments: [0, 59])
    func ends(hit: Int) {
        let cut = cut([hit])
        #expect(words(cut) == Array(hit == 0 ? plain[..<24] : plain[36...]))
        #expect(cut.hasPrefix("…") == (hit != 0) && cut.hasSuffix("…") == (hit == 0))
    }

    @Test("The part with the most hits is shown")
    func most() {
        #expect(words(cut([2, 40, 45])) == Array(plain[31..<55]))
    }

    @Test("It is cut and marked between characters, where there are no blanks too", arguments: [
        "漢", "か\u{3099}", "ที่", "ក្រុ", "नि\u{0902}", "e\u{301}\u{323}", "👩‍👩‍👧", "🇩🇪", "ᄒ\u{1161}\u{11AB}", "ＡＢＣ",
    ])
    func clusters(_ unit: String) {
        let text = String(repeating: unit, count: 4000)
        let size = unit.utf8.count
        // The hit is in the middle of a character, where that has a middle.
        let hit = (2000 * size + size - 1)..<(2000 * size + size)
        let cut = SearchExcerpt.cut(text, [hit])
        #expect(cut.hasPrefix("…") && cut.hasSuffix("…"))
        let parts = cut.dropFirst().dropLast().split(separator: "\u{2}").flatMap { $0.split(separator: "\u{3}") }
        #expect(parts.count == 3)
        let characters = Set(text)
        for part in parts { #expect(Set(part).isSubset(of: characters), "\(part)") }
        #expect(cut.utf8.count < 24 * 25 * size + 20)
    }

    @Test("A word without an end is cut too, and a hit that is longer than an excerpt is marked as far as it is shown")
    func endless() {
        let text = String(repeating: "x", count: 5000)
        let cut = SearchExcerpt.cut(text, [0..<5000])
        #expect(cut.hasPrefix("\u{2}x") && cut.hasSuffix("x\u{3}…") && cut.utf8.count < 700)
        #expect(SearchExcerpt.cut("a " + text, [0..<1]).hasPrefix("\u{2}a\u{3} xx"))
    }
}
