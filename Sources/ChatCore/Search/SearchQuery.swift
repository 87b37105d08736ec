import ByteText

/// What a person looks for. CONTRACT section 3, "Search".
///
/// 1. The query is folded as texts are. What stands in double quotes is one piece, as it stands; everything else is
///    pieces between blanks, without the punctuation around them, but for the `++` and `#` that names of languages end
///    with. A message is found that has all pieces; the last, unless in quotes, may go on as a longer word.
/// 2. A piece is of words and what is between them: `a@b.example` is found where it stands so, and not where its words
///    stand elsewhere. It begins and ends where a word does; in scripts without blanks anywhere. A number begins behind
///    a letter, too: `2.10.3` is in `v2.10.3`, and `12:30` in `2026-01-05T12:30`.
/// 3. What has seams (``FoldedText/seams``) is found as one word, as several, and in part so.
/// 4. An index of words (``SearchTokens``) gives candidates by ``words``, ``beginnings`` and ``choices``;
///    ``SearchMatcher`` then compares their texts.
///
/// The text is data, never syntax.
public struct SearchQuery: Sendable {
    /// Something that a text must have, unbroken.
    struct Piece: Sendable, Hashable {
        /// Any one of them. Mostly there is one.
        var spellings: [Spelling]
        /// The word at its end may be the beginning of a longer one.
        var isPrefix: Bool
        var beginsInWord: Bool
        var endsInWord: Bool
        /// Its first word is of digits and nothing else.
        var beginsWithNumber: Bool
    }

    struct Spelling: Sendable, Hashable {
        var scalars: [UInt32]
        /// The same as bytes, where it is all ASCII; `nil`: no text of ASCII has it.
        var ascii: [UInt8]?
        /// For each beginning of it, the length of the longest shorter one that it ends with.
        var borders: [Int]

        init(_ scalars: [UInt32]) {
            self.scalars = scalars
            ascii = scalars.allSatisfy { $0 < 0x80 } ? scalars.map { UInt8($0) } : nil
            borders = [Int](repeating: 0, count: scalars.count)
            var count = 0
            for place in scalars.indices.dropFirst() {
                while count > 0, scalars[place] != scalars[count] { count = borders[count - 1] }
                if scalars[place] == scalars[count] { count += 1 }
                borders[place] = count
            }
        }
    }

    /// What an index is asked for.
    public struct Words: Sendable {
        /// Words that every message has which is looked for.
        public fileprivate(set) var words: [String] = []
        /// And, for each of these, a word that begins so.
        public fileprivate(set) var beginnings: [String] = []
    }

    /// Bytes that are looked at, and pieces that are looked for.
    private static let longest = 4096
    private static let pieceLimit = 32
    /// Words that an index is asked for: more of them would leave out hardly any candidate.
    private static let wordLimit = 16
    /// Pieces with more than one spelling of which an index is asked, and seams of one that are tried each by itself.
    private static let choiceLimit = 4
    private static let freeSeams = 3
    private static let quote: UInt32 = 0x22

    private(set) var pieces: [Piece] = []
    private var demand = Words()
    /// Words of an index that every message has which is looked for.
    public var words: [String] { demand.words }
    /// And, for each of these, a word that begins so.
    public var beginnings: [String] { demand.beginnings }
    /// And, of each of these, everything of at least one.
    public private(set) var choices: [[Words]] = []

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
        Self.shorten(&demand)
    }

    private static func shorten(_ demand: inout Words) {
        if demand.words.count > wordLimit {
            // Of a long text in a script without blanks: some from everywhere in it.
            let step = (demand.words.count + wordLimit - 1) / wordLimit
            demand.words = demand.words.enumerated().filter { $0.offset.isMultiple(of: step) }.map(\.element)
        }
        let more = demand.beginnings.count - wordLimit
        if more > 0 { demand.beginnings.removeLast(more) }
    }

    // MARK: Pieces

    private static func isPart(_ kind: SearchTable.Kind) -> Bool { kind != .other }

    private static func ranges(_ text: FoldedText) -> [(range: Range<Int>, isQuoted: Bool)] {
        var found: [(range: Range<Int>, isQuoted: Bool)] = []
        let quotes = quotes(text)
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

    /// Those that begin and end a phrase, in turn.
    private static func quotes(_ text: FoldedText) -> [Int] {
        var found: [Int] = []
        for place in text.scalars.indices where text.scalars[place] == quote {
            let (before, after) = (place - 1, place + 1)
            let isInWord = before >= 0 && after < text.scalars.count && text.kinds[before] == .word
                && text.kinds[after] == .word
            // Between letters none begins. One ends there, but where Hebrew abbreviates so (צה"ל).
            let isOpen = !found.count.isMultiple(of: 2)
            if isInWord, !isOpen || (isHebrew(text.scalars[before]) && isHebrew(text.scalars[after])) { continue }
            found.append(place)
        }
        return found
    }

    private static func isHebrew(_ scalar: UInt32) -> Bool { (0x05D0...0x05F2).contains(scalar) }

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
        let number = text.scalars[range].prefix { SearchTokens.isDigit($0) }
        let isNumber = number.endIndex == range.upperBound || text.kinds[number.endIndex] != .word
        let seams = Self.choices(of: text.seams(within: range))
        let piece = Piece(
            spellings: seams.map { Self.spelling(text, range, blanksBefore: $0) }, isPrefix: isPrefix,
            beginsInWord: text.kinds[range.lowerBound] == .word, endsInWord: text.kinds[range.upperBound - 1] == .word,
            beginsWithNumber: !number.isEmpty && isNumber)
        guard !pieces.contains(piece) else { return }
        pieces.append(piece)
        if seams.count == 1 {
            Self.note(text, range, cutAt: [], isPrefix: isPrefix, in: &demand)
        } else if choices.count < Self.choiceLimit {
            choices.append(
                seams.map { seams in
                    var words = Words()
                    Self.note(text, range, cutAt: seams, isPrefix: isPrefix, in: &words)
                    Self.shorten(&words)
                    return words
                })
        }
    }

    /// Which seams are blanks: any of them, but for a piece of many all or none.
    private static func choices(of seams: [Int]) -> [[Int]] {
        guard seams.count <= freeSeams else { return [[], seams] }
        return seams.reduce([[]]) { choices, seam in choices + choices.map { $0 + [seam] } }
    }

    private static func spelling(_ text: FoldedText, _ range: Range<Int>, blanksBefore seams: [Int]) -> Spelling {
        var scalars: [UInt32] = []
        scalars.reserveCapacity(range.count + seams.count)
        var place = range.lowerBound
        for seam in seams {
            scalars += text.scalars[place..<seam]
            scalars.append(0x20)
            place = seam
        }
        return Spelling(scalars + text.scalars[place..<range.upperBound])
    }

    private static func note(
        _ text: FoldedText, _ range: Range<Int>, cutAt seams: [Int], isPrefix: Bool, in demand: inout Words
    ) {
        SearchTokens.forEach(text, range) { token in
            let kind = text.kinds[token.range.lowerBound]
            // What is left at the end of a run is in the pair or triple before it.
            let isRest = token.isBeginning && token.range.lowerBound > range.lowerBound
                && text.kinds[token.range.lowerBound - 1] == kind
            guard !isRest else { return }
            var place = token.range.lowerBound
            for end in seams.filter({ token.range.contains($0) }) + [token.range.upperBound] {
                var bytes: [UInt8] = []
                for scalar in text.scalars[place..<end] { SearchTokens.append(scalar, to: &bytes) }
                place = end
                let word = String(decoding: bytes, as: UTF8.self)
                // A run goes on where the piece ends, a word only where it may.
                let isOpen = end == range.upperBound && (token.isBeginning || (kind == .word && isPrefix))
                if isOpen { note(word, in: &demand.beginnings) } else { note(word, in: &demand.words) }
            }
        }
    }

    private static func note(_ word: String, in words: inout [String]) {
        if !words.contains(where: { ByteString($0) == ByteString(word) }) { words.append(word) }
    }
}
