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
}
