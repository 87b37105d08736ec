/// What a client event carries and what its ack answers besides `ok`: CONTRACT section 3.
struct ClientEventSignature: Sendable {
    let summary: String
    let takes: [WireField]
    let answers: [WireField]
    /// Whether clients mostly send it without asking for an ack: its answer tells nothing that they would wait for.
    let isMostlyUnanswered: Bool

    init(
        _ summary: String, takes: [WireField] = [], answers: [WireField] = [], isMostlyUnanswered: Bool = false
    ) {
        self.summary = summary
        self.takes = takes
        self.answers = answers
        self.isMostlyUnanswered = isMostlyUnanswered
    }
}
