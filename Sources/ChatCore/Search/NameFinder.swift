import ByteText

/// Finds a part of a name in lists of users and chats as search compares texts (``FoldedText``): case, marks and widths
/// count for nothing. One may be asked for any number of names; it keeps its memory.
public struct NameFinder {
    private let sought: [UInt32]
    private let isEverything: Bool
    private var name = FoldedText()

    /// - Parameter query: `nil` or empty: every name. Longer than any name, or of nothing but marks: none.
    public init(_ query: String?) {
        let query = query ?? ""
        isEverything = query.utf8.isEmpty
        sought = query.utf8.count <= Folding.limit ? FoldedText(query).scalars : []
    }

    /// - Parameter text: a name in UTF-8, no longer than names are.
    public mutating func isIn(_ text: UnsafeRawBufferPointer) -> Bool {
        if isEverything { return true }
        guard let first = sought.first, text.count <= Folding.limit else { return false }
        name.fold(text)
        let scalars = name.scalars
        guard scalars.count >= sought.count else { return false }
        return (0...(scalars.count - sought.count)).contains { start in
            scalars[start] == first && scalars[start..<(start + sought.count)].elementsEqual(sought)
        }
    }

    public mutating func isIn(_ text: String?) -> Bool {
        if isEverything { return true }
        guard let text else { return false }
        return ByteString(text).withBytes { isIn($0) }
    }
}
