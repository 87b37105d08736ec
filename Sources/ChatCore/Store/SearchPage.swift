/// One found message. CONTRACT section 3, `message:search`.
public struct SearchHit: Sendable, Hashable {
    public var message: Message
    /// The part of the content where the words were found, marked by ``SearchMarks``.
    public var snippet: String

    public init(message: Message, snippet: String) {
        self.message = message
        self.snippet = snippet
    }
}

/// What stands around each found word in a snippet.
public enum SearchMarks {
    public static let start = "\u{2}"
    public static let end = "\u{3}"
    public static let ellipsis = "…"
}
