import ChatCore
import ChatWire

/// `chat:add {chatId, userId}`: the chat hears `chat:member-added`, the new member `chat:added`. Owner or admin.
struct ChatAdd: ClientEvent {
    static let name = "chat:add"
    static let signature = ClientEventSignature("Add a member; owner or admin.", takes: [.chatID, .userID])
    private let chatID: ChatID
    private let userID: UserID

    init(_ fields: Fields) throws(ChatError) {
        chatID = try fields.chatID()
        userID = try fields.identifier("userId")
    }

    func price(for caller: any EventCaller) -> Int { caller.priceOfTelling(chatID) }

    func step(for caller: any EventCaller) -> EventStep {
        .write(.putMember(chatID, userID, role: nil, by: .user(caller.user.id)))
    }
}
