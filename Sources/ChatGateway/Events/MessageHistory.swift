import ChatCore
import ChatWire
import JSON
import SocketIO

/// `message:history {chatId, before?|after?|around?, limit?}` → `messages`, ascending, and `has_more`.
struct MessageHistory: ClientEvent {
    static let name = "message:history"
    static let signature = ClientEventSignature(
        "Messages, ascending by seq: the latest, or those before, after or around a seq.",
        takes: [
            .chatID, .optional("before", .integer), .optional("after", .integer), .optional("around", .integer),
            .limit(1...100, default: 50),
        ],
        answers: [.always("messages", .array(.named(.message))), .always("has_more", .boolean)])
    private let chatID: ChatID
    private let range: HistoryRange
    private let limit: Int

    init(_ fields: Fields) throws(ChatError) {
        chatID = try fields.chatID()
        let seqs: ClosedRange<Int64> = 0...(1 << 53)
        let before = try fields.optionalInteger("before", in: seqs)
        let after = try fields.optionalInteger("after", in: seqs)
        let around = try fields.optionalInteger("around", in: seqs)
        switch (before, after, around) {
        case (nil, nil, nil): range = .latest
        case (let seq?, nil, nil): range = .before(seq)
        case (nil, let seq?, nil): range = .after(seq)
        case (nil, nil, let seq?): range = .around(seq)
        default: throw ChatError(.invalid, "Only one of before, after and around may be given.", field: "before")
        }
        limit = Int(try fields.optionalInteger("limit", in: 1...100) ?? 50)
    }

    func step(for caller: any EventCaller) -> EventStep {
        let user = caller.user.id
        return .read { [chatID, range, limit] view in
            let page = try view.history(of: chatID, for: user, range, limit: limit)
            return ReadAnswer(
                Answer { object in
                    object.array("messages", page.messages) { $0.writeWire($1) }
                    object.field("has_more", page.hasMore)
                })
        }
    }
}
