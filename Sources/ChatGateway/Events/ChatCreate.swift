import ChatCore
import ChatWire

/// `chat:create {type, name?, memberIds}` → `chat`; every member's sockets hear `chat:added` and join. A second
/// `direct` chat of the same two is the first.
struct ChatCreate: ClientEvent {
    static let name = "chat:create"
    static let signature = ClientEventSignature(
        "Make a chat; a second direct chat of the same two is the first.",
        takes: [
            .always("type", .choice(Chat.Kind.allCases.map(\.rawValue))), .optional("name", .string),
            .always("memberIds", .array(.string), "User ids or usernames; oneself is a member anyway."),
        ],
        answers: [.always("chat", .named(.chat))])
    private let chat: NewChat

    init(_ fields: Fields) throws(ChatError) {
        chat = NewChat(
            name: try fields.optionalString("name"), kind: try fields.choice("type"),
            members: try fields.requiredNames("memberIds", atMost: 10_000))
    }

    func price(for caller: any EventCaller) -> Int { Price.ofUsers(chat.members.count) }

    func step(for caller: any EventCaller) -> EventStep {
        .write(.createChat(chat, by: .user(caller.user.id)))
    }
}
