/// The beginning of a text, cut where a reader would cut it.
public enum TextExcerpt {
    /// At most so many Unicode scalars from the beginning of a text, and no part of a character (a grapheme cluster,
    /// UAX 29): a family of emoji is shown whole or not at all. Of a text that begins with a larger one than the limit,
    /// that many scalars of it.
    ///
    /// Where a cluster ends depends on what stands before and on one scalar behind: no more than that is looked at,
    /// however long the text is.
    public static func cut(_ text: String, scalars limit: Int) -> String {
        // A scalar takes at least one byte.
        guard text.utf8.count > limit else { return text }
        let scalars = text.unicodeScalars
        guard let end = scalars.index(scalars.startIndex, offsetBy: limit, limitedBy: scalars.endIndex),
            end < scalars.endIndex
        else { return text }
        let seen = String(scalars[...end])
        var (count, whole) = (0, seen.startIndex)
        for index in seen.indices {
            if count <= limit { whole = index }
            count += seen[index].unicodeScalars.count
        }
        return whole > seen.startIndex ? String(seen[..<whole]) : String(scalars[..<end])
    }
}
