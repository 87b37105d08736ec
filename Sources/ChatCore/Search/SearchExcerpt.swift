import ByteText

/// Cuts the part of a text that is shown for a search: ``words`` words with the most hits among them, marked.
///
/// One pass over the grapheme clusters of the text, which nothing cuts through: a hit in the middle of one marks all of
/// it. Where a script has no blanks, ``run`` clusters count as a word, and of a word without end ``longestWord``.
public struct SearchExcerpt {
    /// Words in an excerpt.
    public static let words = 24
    private static let run = 3
    private static let longestWord = 24

    /// A word of the text, or a part of one; in bytes.
    private struct Word {
        var range: Range<Int>
        var isHit: Bool
        var kind: SearchTable.Kind
        var clusters: Int
    }

    private let text: String
    private var found: [Word] = []
    /// Where marks begin and end, by bytes of the text, in turn.
    private var marks: [Int] = []

    /// - Parameters:
    ///   - text: as it was sent.
    ///   - hits: bytes of it; they may overlap.
    /// - Returns: the text, or a part of it with ``SearchMarks/ellipsis`` where it was cut, each hit between
    ///   ``SearchMarks/start`` and ``SearchMarks/end``.
    public static func cut(_ text: String, _ hits: [Range<Int>]) -> String { SearchExcerpt(text, hits).excerpt }

    private init(_ text: String, _ hits: [Range<Int>]) {
        self.text = text
        let hits = hits.sorted { ($0.lowerBound, $0.upperBound) < ($1.lowerBound, $1.upperBound) }[...]
        var (left, end, place) = (hits, 0, 0)
        var open: Word?
        func close() {
            if let word = open { found.append(word) }
            open = nil
        }
        for cluster in text {
            let range = place..<(place + cluster.utf8.count)
            place = range.upperBound
            while let first = left.first, first.lowerBound < range.upperBound {
                end = max(end, first.upperBound)
                left.removeFirst()
            }
            let isHit = end > range.lowerBound
            let wasHit = marks.count % 2 == 1
            if isHit != wasHit { marks.append(range.lowerBound) }
            let kind = Self.kind(cluster)
            guard isHit || kind != .other else {
                close()
                continue
            }
            // A hit is one word, with what is between its words.
            let limit = kind == .pairs || kind == .triples ? Self.run : kind == .symbol ? 1 : Self.longestWord
            if let word = open, word.isHit == isHit, isHit || word.kind == kind, word.clusters < limit {
                open = Word(
                    range: word.range.lowerBound..<range.upperBound, isHit: isHit, kind: kind,
                    clusters: word.clusters + 1)
            } else {
                close()
                open = Word(range: range, isHit: isHit, kind: kind, clusters: 1)
            }
        }
        close()
        if marks.count % 2 == 1 { marks.append(place) }
    }

    /// Of its first scalar that is anything.
    private static func kind(_ cluster: Character) -> SearchTable.Kind {
        for scalar in cluster.unicodeScalars.prefix(4) {
            var kind = SearchTable.Kind.nothing
            SearchTable.shared.fold(scalar.value) { if kind == .nothing { kind = $1.kind } }
            if kind != .nothing, kind != .combiner { return kind }
        }
        return .other
    }

    private var excerpt: String {
        guard found.count > Self.words else { return marked(0..<text.utf8.count) }
        let first = bestStart
        let last = first + Self.words - 1
        let start = first == 0 ? 0 : found[first].range.lowerBound
        let end = last == found.count - 1 ? text.utf8.count : found[last].range.upperBound
        return (first == 0 ? "" : SearchMarks.ellipsis) + marked(start..<end)
            + (last == found.count - 1 ? "" : SearchMarks.ellipsis)
    }

    private func marked(_ range: Range<Int>) -> String {
        var text = ""
        let source = Array(self.text.utf8)
        var place = range.lowerBound
        func copy(to end: Int) {
            text += String(decoding: source[place..<end], as: UTF8.self)
            place = end
        }
        for number in stride(from: 0, to: marks.count - 1, by: 2) {
            let (start, end) = (marks[number], marks[number + 1])
            guard start < range.upperBound, end > range.lowerBound else { continue }
            copy(to: max(start, range.lowerBound))
            text += SearchMarks.start
            copy(to: min(end, range.upperBound))
            text += SearchMarks.end
        }
        copy(to: range.upperBound)
        return text
    }

    /// The first word of the window with the most hits, the first of such, and its hits in the middle of it.
    private var bestStart: Int {
        var hits = found[..<Self.words].reduce(0) { $0 + ($1.isHit ? 1 : 0) }
        var (best, most) = (0, hits)
        for start in 1...(found.count - Self.words) {
            hits += (found[start + Self.words - 1].isHit ? 1 : 0) - (found[start - 1].isHit ? 1 : 0)
            if hits > most { (best, most) = (start, hits) }
        }
        let window = best..<(best + Self.words)
        guard let low = window.first(where: { found[$0].isHit }), let high = window.last(where: { found[$0].isHit })
        else { return best }
        let spare = Self.words - (high - low + 1)
        return min(max(0, low - spare / 2), found.count - Self.words)
    }
}
