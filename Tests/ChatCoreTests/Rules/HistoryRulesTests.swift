import ChatCore
import Testing

@Suite("What of a chat a member sees")
struct HistoryRulesTests {
    private func answer(to seq: Int64) -> Message {
        Message(
            id: MessageID("m"), chatID: ChatID("c"), seq: 9, sender: nil, content: "answer", kind: .text,
            createdAt: Timestamp(milliseconds: 0),
            replyTo: Message.Quote(id: MessageID("q"), seq: seq, senderID: nil, content: "question"))
    }

    @Test("By default all of it, and with `joined` what came after them")
    func floor() {
        #expect(ChatPolicy().visibleAbove(joinedSeq: 7) == 0)
        #expect(ChatPolicy(historyVisibility: .joined).visibleAbove(joinedSeq: 7) == 7)
        #expect(ChatPolicy(historyVisibility: .joined).visibleAbove(joinedSeq: 0) == 0)
    }

    @Test("Of an older message that is answered they learn which it was, and none of its words")
    func quote() {
        let message = answer(to: 3)
        #expect(message.seen(above: 2) == message)
        let seen = message.seen(above: 3)
        #expect(seen.replyTo == Message.Quote(id: MessageID("q"), seq: 3, senderID: nil, content: ""))
        #expect(seen.content == "answer")
    }
}
