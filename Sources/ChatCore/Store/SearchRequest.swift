import ByteText

/// What somebody looks for, and where. CONTRACT section 3, `message:search`.
public struct SearchRequest: Sendable, Hashable {
    /// Data, never syntax: see ``SearchQuery``.
    public var query: String
    /// `nil`: all chats.
    public var chatID: ChatID?
    /// Only what this user wrote.
    public var senderID: UserID?
    /// Only what was made before this moment, and at it or after it.
    public var before: Timestamp?
    public var after: Timestamp?
    /// Its `after` is the ``SearchPage/next`` of the page before.
    public var page: PageRequest

    public init(
        _ query: String, in chat: ChatID? = nil, from sender: UserID? = nil, before: Timestamp? = nil,
        after: Timestamp? = nil, page: PageRequest = PageRequest()
    ) {
        self.query = query
        self.page = page
        self.before = before
        self.after = after
        chatID = chat
        senderID = sender
    }

    // MARK: Pages

    /// What stands for the place below a message, as ``SearchPage/next``: with another query it is none.
    ///
    /// - Parameter place: the revision of the message.
    public func cursor(_ place: Int64) -> String { "\(String(place, radix: 36)).\(String(mark, radix: 36))" }

    /// The revision below which the page begins.
    ///
    /// - Throws: `invalid` for a cursor that no page of this query gave.
    public func place() throws(ChatError) -> Int64 {
        guard let after = page.after else { return .max }
        let parts = ByteString(after).utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard parts.count == 2, let place = Int64(String(decoding: parts[0], as: UTF8.self), radix: 36), place >= 0,
            ByteString(after) == ByteString(cursor(place))
        else { throw ChatError(.invalid, "This is no `next` of a page of this search.", field: "next") }
        return place
    }

    /// Tells this query from others: FNV-1a, 32 bits.
    private var mark: UInt32 {
        var mark: UInt32 = 0x811C_9DC5
        func add(_ bytes: some Sequence<UInt8>) {
            for byte in bytes { mark = (mark ^ UInt32(byte)) &* 0x0100_0193 }
            // Ends the part: in no text of UTF-8.
            mark = (mark ^ 0xFF) &* 0x0100_0193
        }
        add(query.utf8)
        add(chatID?.rawValue.utf8 ?? "".utf8)
        add(senderID?.rawValue.utf8 ?? "".utf8)
        for time in [before, after] { add((time.map { "\($0.milliseconds)" } ?? "").utf8) }
        return mark
    }
}
