/// Cuts the part of a text that is shown for a search: the ``words`` words with the most hits among them.
///
/// FTS5's own `snippet()` weighs each hit against all others, and does so for each word that was asked for: a text of
/// one repeated word takes it seconds. This takes one pass over the text that is marked already.
public struct SearchExcerpt {
    /// Words in an excerpt.
    public static let words = 24

    /// A word of the text, its marks with it.
    private struct Word {
        var range: Range<String.UnicodeScalarView.Index>
        var isHit: Bool
    }

    private let scalars: String.UnicodeScalarView
    private var found: [Word] = []

    /// - Parameter marked: the text, each hit between ``SearchMarks/start`` and ``SearchMarks/end``.
    /// - Returns: the text, or a part of it with ``SearchMarks/ellipsis`` where it was cut.
    public static func cut(_ marked: String) -> String { SearchExcerpt(marked).excerpt }

    private init(_ marked: String) {
        scalars = marked.unicodeScalars
        let (start, end) = (SearchMarks.start.unicodeScalars.first, SearchMarks.end.unicodeScalars.first)
        var begin: String.UnicodeScalarView.Index?
        var isHit = false
        var index = scalars.startIndex
        while index < scalars.endIndex {
            let scalar = scalars[index]
            let next = scalars.index(after: index)
            if scalar == start {
                close(&begin, at: index, &isHit)
                (begin, isHit) = (index, true)
            } else if scalar == end {
                close(&begin, at: isHit ? next : index, &isHit)
            } else if isHit || SearchWords.isPart(scalar) || (begin != nil && SearchWords.isDiacritic(scalar)) {
                begin = begin ?? index
            } else {
                close(&begin, at: index, &isHit)
            }
            index = next
        }
        close(&begin, at: scalars.endIndex, &isHit)
    }

    private mutating func close(
        _ begin: inout String.UnicodeScalarView.Index?, at end: String.UnicodeScalarView.Index, _ isHit: inout Bool
    ) {
        if let start = begin { found.append(Word(range: start..<end, isHit: isHit)) }
        (begin, isHit) = (nil, false)
    }

    private var excerpt: String {
        guard found.count > Self.words else { return String(scalars) }
        let first = bestStart
        let last = first + Self.words - 1
        let start = first == 0 ? scalars.startIndex : found[first].range.lowerBound
        let end = last == found.count - 1 ? scalars.endIndex : end(after: found[last].range.upperBound)
        return (first == 0 ? "" : SearchMarks.ellipsis) + String(scalars[start..<end])
            + (last == found.count - 1 ? "" : SearchMarks.ellipsis)
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

    /// Marks that stand behind a word, of scripts whose marks the index takes for no part of it, are not cut off.
    private func end(after index: String.UnicodeScalarView.Index) -> String.UnicodeScalarView.Index {
        scalars[index...].firstIndex { scalar in
            switch scalar.properties.generalCategory {
            case .nonspacingMark, .spacingMark, .enclosingMark: false
            default: scalar.value != 0x200D
            }
        } ?? scalars.endIndex
    }
}
