import ChatWire

/// What a client event carries and what its ack answers besides `ok`: CONTRACT section 3.
struct ClientEventSignature: Sendable {
    let summary: String
    let takes: [WireField]
    let answers: [WireField]
    /// Whether clients mostly send it without asking for an ack: its answer tells nothing that they would wait for.
    let isMostlyUnanswered: Bool
    /// Whether an object with other fields is refused: where one that is not heeded would be a filter that does not
    /// filter. Elsewhere clients may send along what they like.
    let isClosed: Bool

    init(
        _ summary: String, takes: [WireField] = [], answers: [WireField] = [], isMostlyUnanswered: Bool = false,
        isClosed: Bool = false
    ) {
        self.summary = summary
        self.takes = takes
        self.answers = answers
        self.isMostlyUnanswered = isMostlyUnanswered
        self.isClosed = isClosed
    }
}
