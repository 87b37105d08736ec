import ByteText

/// Compares texts with a query. One may be asked for any number of texts; it keeps its memory.
public struct SearchMatcher {
    private static let flags = 64

    private let query: SearchQuery
    private var folded = FoldedText()
    /// A text of nothing but ASCII, folded.
    private var ascii: [UInt8] = []

    public init(_ query: SearchQuery) { self.query = query }

    /// Whether a text, in UTF-8, has all that is looked for. Time linear in the text, for each piece of the query.
    public mutating func matches(_ text: UnsafeRawBufferPointer) -> Bool {
        if foldASCII(text) { return query.pieces.allSatisfy { first($0, isASCII: true, from: 0) != nil } }
        folded.fold(text)
        return query.pieces.allSatisfy { first($0, isASCII: false, from: 0) != nil }
    }

    public mutating func matches(_ text: String) -> Bool { ByteString(text).withBytes { matches($0) } }

    /// Where a text has what is looked for, as bytes of it: whole words where the query has their beginnings. They may
    /// overlap, and begin or end inside of a grapheme cluster.
    public mutating func hits(in text: String) -> [Range<Int>] {
        ByteString(text).withBytes { folded.fold($0) }
        var hits: [Range<Int>] = []
        for piece in query.pieces {
            var place = 0
            while let found = first(piece, isASCII: false, from: place) {
                var end = found.upperBound
                place = end
                if piece.isPrefix, piece.endsInWord { while isWord(end, isASCII: false) { end += 1 } }
                let start = Int(folded.origins[found.lowerBound])
                let limit = end < folded.origins.count ? Int(folded.origins[end]) : text.utf8.count
                hits.append(start..<max(start + 1, limit))
            }
        }
        return hits
    }

    // MARK: Folding

    /// The same as ``FoldedText`` makes of it.
    private mutating func foldASCII(_ text: UnsafeRawBufferPointer) -> Bool {
        var all: UInt8 = 0
        for byte in text { all |= byte }
        guard all < 0x80 else { return false }
        ascii.removeAll(keepingCapacity: true)
        ascii.reserveCapacity(text.count)
        for byte in text {
            switch byte {
            case 0x41...0x5A: ascii.append(byte | 0x20)
            case 0x09...0x0D, 0x20: if ascii.last != 0x20 { ascii.append(0x20) }
            default: ascii.append(byte)
            }
        }
        return true
    }

    // MARK: Comparing

    /// Where the piece stands first, at `from` or behind it, in one of its spellings.
    private func first(_ piece: SearchQuery.Piece, isASCII: Bool, from: Int) -> Range<Int>? {
        var first: Range<Int>?
        for spelling in piece.spellings {
            guard let found = place(of: spelling, piece, isASCII: isASCII, from: from) else { continue }
            if first.map({ found < $0.lowerBound }) ?? true { first = found..<(found + spelling.scalars.count) }
        }
        return first
    }

    private func place(
        of spelling: SearchQuery.Spelling, _ piece: SearchQuery.Piece, isASCII: Bool, from: Int
    ) -> Int? {
        guard isASCII else {
            return Self.find(spelling.scalars, spelling.borders, in: folded.scalars, from: from) {
                isWhole(piece, spelling, $0, isASCII: false)
            }
        }
        guard let sought = spelling.ascii else { return nil }
        return Self.find(sought, spelling.borders, in: ascii, from: from) {
            isWhole(piece, spelling, $0, isASCII: true)
        }
    }

    /// By Knuth, Morris and Pratt: time linear in the text, whatever it and the query are.
    private static func find<Unit: FixedWidthInteger>(
        _ sought: [Unit], _ borders: [Int], in text: [Unit], from: Int, where isWhole: (Int) -> Bool
    ) -> Int? {
        guard !sought.isEmpty, text.count - from >= sought.count else { return nil }
        return text.withUnsafeBufferPointer { text in
            sought.withUnsafeBufferPointer { sought in
                var count = 0
                for place in from..<text.count {
                    while count > 0, text[place] != sought[count] { count = borders[count - 1] }
                    guard text[place] == sought[count] else { continue }
                    count += 1
                    guard count == sought.count else { continue }
                    if isWhole(place - count + 1) { return place - count + 1 }
                    count = borders[count - 1]
                }
                return nil
            }
        }
    }

    /// Whether no word, and no flag, is cut through.
    private func isWhole(
        _ piece: SearchQuery.Piece, _ spelling: SearchQuery.Spelling, _ found: Int, isASCII: Bool
    ) -> Bool {
        if piece.beginsInWord, isWord(found - 1, isASCII: isASCII), !beginsPart(piece, found, isASCII: isASCII) {
            return false
        }
        let end = found + spelling.scalars.count
        if piece.endsInWord, !piece.isPrefix, isWord(end, isASCII: isASCII), isASCII || !folded.hasSeam(before: end) {
            return false
        }
        guard !isASCII, SearchTokens.isFlag(spelling.scalars[0]) else { return true }
        // Of so many flags in a row the first are taken for whole.
        let before = folded.scalars[max(0, found - Self.flags)..<found].reversed()
        return before.prefix { SearchTokens.isFlag($0) }.count.isMultiple(of: 2)
    }

    /// Whether a part of the word that is cut is a word by itself: what comes after a seam, a number behind letters.
    private func beginsPart(_ piece: SearchQuery.Piece, _ found: Int, isASCII: Bool) -> Bool {
        guard !isASCII else {
            return piece.beginsWithNumber && SearchTokens.isNumberBehindLetter(ascii[found - 1], ascii[found])
        }
        if piece.beginsWithNumber {
            return SearchTokens.isNumberBehindLetter(folded.scalars[found - 1], folded.scalars[found])
        }
        return folded.hasSeam(before: found)
    }

    private func isWord(_ place: Int, isASCII: Bool) -> Bool {
        guard isASCII else { return folded.kinds.indices.contains(place) && folded.kinds[place] == .word }
        guard ascii.indices.contains(place) else { return false }
        let byte = ascii[place]
        return (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte)
    }
}
