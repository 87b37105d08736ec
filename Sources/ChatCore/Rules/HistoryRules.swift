/// What of a chat's messages a member sees. CONTRACT section 1, `--history`.
extension ChatPolicy {
    /// The seq above which a member sees the chat's messages.
    ///
    /// - Parameter joinedSeq: the chat's `last_seq` when they joined.
    public func visibleAbove(joinedSeq: Int64) -> Int64 {
        switch historyVisibility {
        case .all: 0
        case .joined: joinedSeq
        }
    }

    /// The same of anybody.
    ///
    /// - Parameter joinedSeq: `nil` for who is no member, or where there is no such chat.
    /// - Throws: `forbidden`, for both alike.
    public func visibleAbove(joinedSeq: Int64?) throws(ChatError) -> Int64 {
        guard let joinedSeq else { throw ChatError(.forbidden, "You are not a member of this chat.") }
        return visibleAbove(joinedSeq: joinedSeq)
    }
}

extension Message {
    /// As those see it who see the chat's messages above `floor` only: what it says of an older one that it answers has
    /// no words.
    public func seen(above floor: Int64) -> Message {
        guard let quote = replyTo, quote.seq <= floor, !quote.content.isEmpty else { return self }
        var message = self
        message.replyTo?.content = ""
        return message
    }

    /// As who sees the messages of `chat` above `floor` may have it.
    ///
    /// - Throws: `not_found`, also for a message of another chat.
    public static func seen(_ message: Message?, in chat: ChatID, above floor: Int64) throws(ChatError) -> Message {
        guard let message, message.chatID == chat, message.seq > floor else {
            throw ChatError(.notFound, "There is no such message in this chat.", field: "messageId")
        }
        return message.seen(above: floor)
    }
}

extension HistoryRange {
    /// A page of a chat's history from what lies before and after a place.
    ///
    /// - Parameters:
    ///   - floor: nothing up to this seq is seen.
    ///   - limit: 1–1,000; more and fewer are cut to that.
    ///   - before: the nearest messages with a smaller seq, ascending, as many and about as much text as is asked for,
    ///     and whether there are more.
    ///   - after: the nearest ones with a greater seq.
    public func page(
        above floor: Int64, limit: Int, bytes: Int,
        before: (_ seq: Int64, _ limit: Int, _ bytes: Int) throws -> HistoryPage,
        after: (_ seq: Int64, _ limit: Int, _ bytes: Int) throws -> HistoryPage
    ) rethrows -> HistoryPage {
        let limit = min(1000, max(1, limit))
        switch self {
        case .latest: return try before(.max, limit, bytes)
        case .before(let seq): return try before(seq, limit, bytes)
        case .after(let seq): return try after(max(seq, floor), limit, bytes)
        case .around(let seq):
            // Half from the message on, and what that leaves before it.
            let (from, to) = (max(seq &- 1, floor), max(seq, floor &+ 1))
            var later = try after(from, limit - limit / 2, bytes / 2)
            let earlier = try before(to, limit - later.messages.count, bytes / 2)
            if earlier.messages.count < limit / 2, !earlier.hasMore {
                later = try after(from, limit - earlier.messages.count, bytes / 2)
            }
            let shown = earlier.messages.suffix(limit - later.messages.count)
            return HistoryPage(
                messages: shown + later.messages,
                hasMore: earlier.hasMore || later.hasMore || shown.count < earlier.messages.count)
        }
    }
}

/// How far a page of messages is filled: it ends at so many, or at about so much text, and has one at least.
public struct PageFill: Sendable {
    private let limit: Int
    private let bytes: Int
    private var count = 0
    private var weight = 0

    public init(limit: Int, bytes: Int) { (self.limit, self.bytes) = (limit, bytes) }

    /// Whether another message goes on it.
    public var hasRoom: Bool { count < limit && (count == 0 || weight < bytes) }

    /// Notes one with a text of so many bytes.
    public mutating func note(textBytes: Int) {
        count += 1
        weight += PageBytes.message + textBytes
    }
}
