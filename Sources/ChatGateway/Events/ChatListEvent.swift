import ChatCore
import ChatWire
import JSON
import SocketIO

/// `chat:list {}` → `chats`, each with at most 20 members, its last message, unread count and watermarks;
/// `unread_total`; `offset`: where the list stands, for `sync`.
struct ChatListEvent: ClientEvent {
    static let name = "chat:list"
    static let signature = ClientEventSignature(
        "All chats of one's own.",
        answers: [
            .always("chats", .array(.named(.chatListItem))), .always("unread_total", .integer),
            .always("offset", .string, "Where the list stands, for sync."),
        ])

    init(_ fields: Fields) throws(ChatError) {}

    func price(for caller: any EventCaller) -> Int { Price.ofEveryChat }

    func step(for caller: any EventCaller) -> EventStep {
        let user = caller.user.id
        let epoch = caller.gateway.store.epoch
        return .read { view in
            let items = try view.chatList(of: user)
            let offset = Offset(epoch: epoch, revision: try view.revision(), now: .now())
            return ReadAnswer(
                Answer { object in
                    object.array("chats", items) { $0.writeWire($1) }
                    object.field("unread_total", items.reduce(0) { $0 + $1.unreadCount })
                    object.field("offset", offset.text)
                })
        }
    }
}
