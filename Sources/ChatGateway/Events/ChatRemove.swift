import ChatCore
import ChatWire

/// `chat:remove {chatId, userId}`: the chat hears `chat:member-removed`, who was removed `chat:removed`. Owner or
/// admin; everyone of themselves.
struct ChatRemove: ClientEvent {
    static let name = "chat:remove"
    static let signature = ClientEventSignature(
        "Remove a member, or leave for good; owner or admin, everyone for themselves.",
        takes: [.chatID, .userID])
    private let chatID: ChatID
    private let userID: UserID

    init(_ fields: Fields) throws(ChatError) {
        chatID = try fields.chatID()
        userID = try fields.identifier("userId")
    }

    func price(for caller: any EventCaller) -> Int { caller.priceOfTelling(chatID) }

    func step(for caller: any EventCaller) -> EventStep {
        .write(.removeMember(chatID, userID, by: .user(caller.user.id)))
    }
}
