import ByteText

/// The words of a text, for an index that knows which messages have which words and not where.
///
/// What comes out is a text of folded words with blanks between them: FTS5's own tokenizer `ascii`, which cuts at ASCII
/// that is neither letter nor digit and folds ASCII's case, makes the very same words of it. So any SQLite can read and
/// check the index, and a text that is all ASCII, which is what most of them are, goes in as it is.
///
/// 1. Of scripts with blanks, the words: letters, digits and their marks, side by side. What stands between them
///    (`a@b.example`, `10.100`, `C-8`) is for ``SearchMatcher`` to compare.
/// 2. Of scripts without blanks, what overlaps: of 東京都 the pairs 東京, 京都 and, for who looks for one character, what
///    is left at the end, 都. Of South-East Asia's, which have few characters, triples.
/// 3. Symbols one by one; the two letters of a flag together.
public enum SearchTokens {
    /// Of the way in which words are cut: who keeps an index notes it, and makes it anew where it is another.
    public static var version: Int64 { SearchTable.version }

    /// What is put into the index for a text, and taken out of it with the same text.
    public static func indexed(_ text: String) -> String {
        guard !text.isASCII else { return text }
        let folded = FoldedText(text)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(folded.scalars.count * 7)
        forEach(folded, 0..<folded.scalars.count) { token in
            for scalar in folded.scalars[token.range] { append(scalar, to: &bytes) }
            bytes.append(0x20)
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    struct Token {
        var range: Range<Int>
        /// It is a part of a longer token, wherever the text goes on behind it.
        var isBeginning: Bool
    }

    /// - Parameter range: where words are cut: all of a text, or a part of a query.
    static func forEach(_ text: FoldedText, _ range: Range<Int>, _ body: (Token) -> Void) {
        var place = range.lowerBound
        while place < range.upperBound {
            let kind = text.kinds[place]
            var end = place + 1
            switch kind {
            case .word, .pairs, .triples: while end < range.upperBound, text.kinds[end] == kind { end += 1 }
            case .symbol: if isFlag(text.scalars[place]), end < range.upperBound, isFlag(text.scalars[end]) { end += 1 }
            case .other, .nothing, .combiner: break
            }
            switch kind {
            case .word, .symbol: body(Token(range: place..<end, isBeginning: false))
            case .pairs, .triples:
                let size = kind == .pairs ? 2 : 3
                for start in place..<end {
                    body(Token(range: start..<min(start + size, end), isBeginning: start + size > end))
                }
            case .other, .nothing, .combiner: break
            }
            place = end
        }
    }

    /// Whether it is half of a flag.
    static func isFlag(_ scalar: UInt32) -> Bool { (0x1F1E6...0x1F1FF).contains(scalar) }

    static func append(_ scalar: UInt32, to bytes: inout [UInt8]) {
        switch scalar {
        case ..<0x80: bytes.append(UInt8(scalar))
        case ..<0x800: bytes += [UInt8(0xC0 | scalar >> 6), UInt8(0x80 | scalar & 0x3F)]
        case ..<0x10000:
            bytes += [UInt8(0xE0 | scalar >> 12), UInt8(0x80 | scalar >> 6 & 0x3F), UInt8(0x80 | scalar & 0x3F)]
        default:
            bytes += [
                UInt8(0xF0 | scalar >> 18), UInt8(0x80 | scalar >> 12 & 0x3F), UInt8(0x80 | scalar >> 6 & 0x3F),
                UInt8(0x80 | scalar & 0x3F),
            ]
        }
    }
}
