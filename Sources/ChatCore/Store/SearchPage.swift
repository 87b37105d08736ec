/// What was found, newest first.
public struct SearchPage: Sendable {
    public var items: [SearchHit]
    /// Where the next page begins, though this one may be short or empty: a request looks at so many messages, and no
    /// more. `nil` at the end.
    public var next: String?
    /// Whether all messages were looked for; not while an older file is being indexed anew, newest messages first.
    public var isComplete: Bool

    /// How many messages were looked at for it, found or not: what it cost.
    public var compared = 0

    public init(items: [SearchHit], next: String?, isComplete: Bool = true) {
        self.items = items
        self.next = next
        self.isComplete = isComplete
    }
}

/// One found message. CONTRACT section 3, `message:search`.
public struct SearchHit: Sendable, Hashable {
    public var message: Message
    /// The part of the content where it was found, marked by ``SearchMarks``. It is cut between grapheme clusters.
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
