import ChatCore
import ChatWire
import JSON
import SocketIO

/// `chat:members {chatId, after?, limit?}` → `members` with their watermarks, `next`.
struct ChatMembers: ClientEvent {
    static let name = "chat:members"
    static let signature = ClientEventSignature(
        "The members of a chat, page by page.",
        takes: [.chatID, .after, .limit(1...200, default: 50)],
        answers: [.always("members", .array(.named(.member))), .next])
    private let chatID: ChatID
    private let page: PageRequest

    init(_ fields: Fields) throws(ChatError) {
        chatID = try fields.chatID()
        page = PageRequest(
            after: try fields.optionalOpaque("after"),
            limit: Int(try fields.optionalInteger("limit", in: 1...200) ?? 50))
    }

    func step(for caller: any EventCaller) -> EventStep {
        let user = caller.user.id
        return .read { [chatID, page] view in
            _ = try view.membership(of: user, in: chatID)
            let members = try view.members(of: chatID, page: page)
            return ReadAnswer(
                Answer { object in
                    object.array("members", members.items) { $0.writeWire($1) }
                    object.field("next", members.next)
                })
        }
    }
}
