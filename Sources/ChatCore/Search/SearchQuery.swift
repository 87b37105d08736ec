import ByteText

/// What a person looks for. CONTRACT section 3, "Search".
///
/// 1. The query is folded as texts are. What stands in double quotes is one piece, as it stands; everything else is
///    pieces between blanks, without the punctuation around them, but for the `++` and `#` that names of languages end
///    with. A message is found that has all pieces; the last, unless in quotes, may go on as a longer word.
/// 2. A piece is of words and what is between them: `a@b.example` is found where it stands so, and not where its words
///    stand elsewhere. It begins and ends where a word does; in scripts without blanks anywhere.
/// 3. An index of words (``SearchTokens``) gives candidates by ``words`` and ``beginnings``; ``SearchMatcher`` then
///    compares their texts.
///
/// The text is data, never syntax.
public struct SearchQuery: Sendable {
    /// Something that a text must have, unbroken.
    struct Piece: Sendable, Hashable {
        var scalars: [UInt32]
        /// The same as bytes, where it is all ASCII; `nil`: no text of ASCII has it.
        var ascii: [UInt8]?
        /// The word at its end may be the beginning of a longer one.
        var isPrefix: Bool
        var beginsInWord: Bool
        var endsInWord: Bool
        /// For each beginning of it, the length of the longest shorter one that it ends with.
        var borders: [Int]
    }

    /// Bytes that are looked at, and pieces that are looked for.
    private static let longest = 4096
    private static let pieceLimit = 32
    /// Words that an index is asked for: more of them would leave out hardly any candidate.
    private static let wordLimit = 16
    private static let quote: UInt32 = 0x22

    private(set) var pieces: [Piece] = []
    /// Words of an index that every message has which is looked for.
    public private(set) var words: [String] = []
    /// And, for each of these, a word that begins so.
    public private(set) var beginnings: [String] = []

    /// - Throws: `invalid` for a query in which nothing can be looked for: of nothing but punctuation.
    public init(_ text: String) throws(ChatError) {
        let folded = FoldedText(ByteString(text).prefix(atMost: Self.longest).string)
        var ranges = Self.ranges(folded)
        let last = ranges.count - 1
        if ranges.count > Self.pieceLimit { ranges.removeLast(ranges.count - Self.pieceLimit) }
        guard !ranges.isEmpty else {
            throw ChatError(.invalid, "query has nothing that could be looked for.", field: "query")
        }
        for (place, range) in ranges.enumerated() {
            let isPrefix = place == last && !range.isQuoted
            add(folded, range.range, isPrefix: isPrefix)
        }
        if words.count > Self.wordLimit {
            // Of a long text in a script without blanks: some from everywhere in it.
            let step = (words.count + Self.wordLimit - 1) / Self.wordLimit
            words = words.enumerated().filter { $0.offset.isMultiple(of: step) }.map(\.element)
        }
        if beginnings.count > Self.wordLimit { beginnings.removeLast(beginnings.count - Self.wordLimit) }
    }

    // MARK: Pieces

    private static func isPart(_ kind: SearchTable.Kind) -> Bool { kind != .other }

    private static func ranges(_ text: FoldedText) -> [(range: Range<Int>, isQuoted: Bool)] {
        var found: [(range: Range<Int>, isQuoted: Bool)] = []
        let quotes = text.scalars.indices.filter { text.scalars[$0] == quote }
        var place = 0
        // A quote that is not closed is punctuation.
        for pair in stride(from: 0, to: quotes.count - 1, by: 2) {
            addPieces(text, place..<quotes[pair], &found)
            let inside = trimmed(text, (quotes[pair] + 1)..<quotes[pair + 1]) { text.scalars[$0] != 0x20 }
            if text.kinds[inside].contains(where: isPart) { found.append((inside, true)) }
            place = quotes[pair + 1] + 1
        }
        addPieces(text, place..<text.scalars.count, &found)
        return found
    }

    private static func addPieces(
        _ text: FoldedText, _ range: Range<Int>, _ found: inout [(range: Range<Int>, isQuoted: Bool)]
    ) {
        for piece in text.scalars[range].split(separator: 0x20) {
            var inside = trimmed(text, piece.startIndex..<piece.endIndex) { isPart(text.kinds[$0]) }
            guard !inside.isEmpty else { continue }
            while inside.upperBound < piece.endIndex, isSuffix(text.scalars[inside.upperBound]) {
                inside = inside.lowerBound..<(inside.upperBound + 1)
            }
            found.append((inside, false))
        }
    }

    private static func trimmed(_ text: FoldedText, _ range: Range<Int>, _ stays: (Int) -> Bool) -> Range<Int> {
        guard let first = range.first(where: stays), let last = range.last(where: stays) else {
            return range.lowerBound..<range.lowerBound
        }
        return first..<(last + 1)
    }

    /// C++, C#.
    private static func isSuffix(_ scalar: UInt32) -> Bool { scalar == 0x2B || scalar == 0x23 }

    // MARK: Words

    private mutating func add(_ text: FoldedText, _ range: Range<Int>, isPrefix: Bool) {
        let scalars = Array(text.scalars[range])
        let ascii = scalars.allSatisfy { $0 < 0x80 } ? scalars.map { UInt8($0) } : nil
        let piece = Piece(
            scalars: scalars, ascii: ascii, isPrefix: isPrefix, beginsInWord: text.kinds[range.lowerBound] == .word,
            endsInWord: text.kinds[range.upperBound - 1] == .word, borders: Self.borders(scalars))
        guard !pieces.contains(piece) else { return }
        pieces.append(piece)
        SearchTokens.forEach(text, range) { token in
            let kind = text.kinds[token.range.lowerBound]
            let isAtEnd = token.range.upperBound == range.upperBound
            // What is left at the end of a run is in the pair or triple before it.
            let isRest = token.isBeginning && token.range.lowerBound > range.lowerBound
                && text.kinds[token.range.lowerBound - 1] == kind
            guard !isRest else { return }
            // A run goes on where the piece ends, a word only where it may.
            let isOpen = isAtEnd && (token.isBeginning || (kind == .word && isPrefix))
            var bytes: [UInt8] = []
            for scalar in text.scalars[token.range] { SearchTokens.append(scalar, to: &bytes) }
            let word = String(decoding: bytes, as: UTF8.self)
            if isOpen { Self.note(word, in: &beginnings) } else { Self.note(word, in: &words) }
        }
    }

    private static func borders(_ scalars: [UInt32]) -> [Int] {
        var borders = [Int](repeating: 0, count: scalars.count)
        var count = 0
        for place in scalars.indices.dropFirst() {
            while count > 0, scalars[place] != scalars[count] { count = borders[count - 1] }
            if scalars[place] == scalars[count] { count += 1 }
            borders[place] = count
        }
        return borders
    }

    private static func note(_ word: String, in words: inout [String]) {
        if !words.contains(where: { ByteString($0) == ByteString(word) }) { words.append(word) }
    }
}
