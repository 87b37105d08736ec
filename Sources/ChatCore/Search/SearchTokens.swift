import ByteText

/// The words of a text, for an index that knows which messages have which words and not where.
///
/// What comes out is a text of folded words with blanks between them: FTS5's own tokenizer `ascii`, which cuts at ASCII
/// that is neither letter nor digit and folds ASCII's case, makes the very same words of it. So any SQLite can read and
/// check the index, and a text that is all ASCII, which is what most of them are, goes in as it is.
///
/// 1. Of scripts with blanks, the words: letters, digits and their marks, side by side. What stands between them
///    (`a@b.example`, `10.100`, `C-8`) is for ``SearchMatcher`` to compare.
/// 2. Besides, what stands in a word by itself: the digits behind its letters (`v2.10.3`, `T12:30`), and what is
///    between the seams of a Persian one (``FoldedText/seams``).
/// 3. Of scripts without blanks, what overlaps: of 東京都 the pairs 東京, 京都 and, for who looks for one character, what
///    is left at the end, 都. Of South-East Asia's, which have few characters, triples.
/// 4. Symbols one by one; the two letters of a flag together.
public enum SearchTokens {
    /// Of the way in which words are cut: who keeps an index notes it, and makes it anew where it is another.
    public static var version: Int64 { SearchTable.version }

    /// What is put into the index for a text, and taken out of it with the same text.
    public static func indexed(_ text: String) -> String {
        if let numbers = ByteString(text).withBytes({ numbers(inASCII: $0) }) {
            return numbers.isEmpty ? text : text + String(decoding: numbers, as: UTF8.self)
        }
        let folded = FoldedText(text)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(folded.scalars.count * 7)
        func put(_ range: Range<Int>) {
            for scalar in folded.scalars[range] { append(scalar, to: &bytes) }
            bytes.append(0x20)
        }
        forEach(folded, 0..<folded.scalars.count) { token in
            put(token.range)
            if folded.kinds[token.range.lowerBound] == .word { forEachPart(folded, token.range, put) }
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

    // MARK: Parts of a word

    /// What of a word is found as a word by itself, but for all of it.
    private static func forEachPart(_ text: FoldedText, _ word: Range<Int>, _ body: (Range<Int>) -> Void) {
        let seams = text.seams(within: word)
        if !seams.isEmpty {
            let bounds = [word.lowerBound] + seams + [word.upperBound]
            for (number, start) in bounds.enumerated() {
                for end in bounds[(number + 1)...] where end - start < word.count { body(start..<end) }
            }
        }
        var place = word.lowerBound + 1
        while place < word.upperBound {
            var end = place
            if isNumberBehindLetter(text.scalars[place - 1], text.scalars[place]) {
                while end < word.upperBound, isDigit(text.scalars[end]) { end += 1 }
                body(place..<end)
            }
            place = end + 1
        }
    }

    /// The digits behind letters, each run after a blank.
    ///
    /// - Returns: `nil` for a text that is not all ASCII.
    private static func numbers(inASCII text: UnsafeRawBufferPointer) -> [UInt8]? {
        var all: UInt8 = 0
        for byte in text { all |= byte }
        guard all < 0x80 else { return nil }
        var numbers: [UInt8] = []
        var (isLetter, isCopying) = (false, false)
        for byte in text {
            let isNumber = isDigit(byte)
            if isNumber, isLetter {
                numbers.append(0x20)
                isCopying = true
            }
            isCopying = isCopying && isNumber
            if isCopying { numbers.append(byte) }
            isLetter = (0x61...0x7A).contains(byte | 0x20)
        }
        return numbers
    }

    /// Whether a number begins between the two, which stand in one word.
    static func isNumberBehindLetter<Unit: FixedWidthInteger>(_ before: Unit, _ first: Unit) -> Bool {
        isDigit(first) && !isDigit(before)
    }

    static func isDigit<Unit: FixedWidthInteger>(_ unit: Unit) -> Bool { unit >= 0x30 && unit <= 0x39 }

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
