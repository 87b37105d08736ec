import ChatCore
import ChatWire

/// `chat:update {chatId, name}` → `chat`; its members hear `chat:updated`. Owner or admin.
struct ChatUpdate: ClientEvent {
    static let name = "chat:update"
    static let signature = ClientEventSignature(
        "Rename a chat; owner or admin.",
        takes: [.chatID, .always("name", .string)],
        answers: [.always("chat", .named(.chat))])
    private let chatID: ChatID
    private let name: String

    init(_ fields: Fields) throws(ChatError) {
        chatID = try fields.chatID()
        name = try fields.string("name")
    }

    func price(for caller: any EventCaller) -> Int { caller.priceOfTelling(chatID) }

    func step(for caller: any EventCaller) -> EventStep {
        .write(.updateChat(chatID, ChatPatch(name: .some(name)), by: .user(caller.user.id)))
    }
}
