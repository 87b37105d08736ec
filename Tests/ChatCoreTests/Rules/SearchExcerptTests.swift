import ChatCore
import Testing

@Suite("The part of a text that is shown for a search")
struct SearchExcerptTests {
    private let plain = (0..<60).map { "w\($0)" }

    private func marked(_ hits: Set<Int>) -> String {
        plain.enumerated().map { hits.contains($0) ? "\u{2}\($1)\u{3}" : $1 }.joined(separator: ", ")
    }

    private func words(_ text: String) -> [String] {
        text.split { $0 == " " || $0 == "," }.map { String($0.filter { $0 != "\u{2}" && $0 != "\u{3}" && $0 != "…" }) }
    }

    @Test("A short text is shown whole")
    func short() {
        let text = "  One (\u{2}two\u{3}), three!  "
        #expect(SearchExcerpt.cut(text) == text)
        #expect(SearchExcerpt.cut("") == "")
    }

    @Test("Of a long one so many words are shown, the hit in their middle, and where it was cut")
    func middle() {
        let cut = SearchExcerpt.cut(marked([30]))
        #expect(words(cut) == Array(plain[19..<43]))
        #expect(cut.hasPrefix("…w19,") && cut.hasSuffix("w42…") && cut.contains(" \u{2}w30\u{3},"))
    }

    @Test("At either end nothing is cut there", arguments: [0, 59])
    func ends(hit: Int) {
        let cut = SearchExcerpt.cut(marked([hit]))
        #expect(words(cut) == Array(hit == 0 ? plain[..<24] : plain[36...]))
        #expect(cut.hasPrefix("…") == (hit != 0) && cut.hasSuffix("…") == (hit == 0))
    }

    @Test("The part with the most hits is shown")
    func most() {
        #expect(words(SearchExcerpt.cut(marked([2, 40, 45]))) == Array(plain[31..<55]))
    }

    @Test("Marks behind the last word stay with it, and a mark that never ends ends with the text")
    func oddities() {
        let text = plain[..<23].joined(separator: " ") + " ก\u{E4D}\u{E49} " + plain.joined(separator: " ")
        #expect(SearchExcerpt.cut("\u{2}" + text.replacing("w0 ", with: "w0\u{3} ", maxReplacements: 1))
            .hasSuffix(" ก\u{E4D}\u{E49}…"))
        #expect(SearchExcerpt.cut(plain.joined(separator: " ") + " \u{2}x y z") == "…"
            + plain[37...].joined(separator: " ") + " \u{2}x y z")
    }
}
