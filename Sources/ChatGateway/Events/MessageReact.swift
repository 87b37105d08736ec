import ChatCore
import ChatWire

/// `message:react {chatId, messageId, emoji, remove?}` → `reactions`; the chat hears `message:reaction`.
struct MessageReact: ClientEvent {
    static let name = "message:react"
    static let signature = ClientEventSignature(
        "Give a reaction, or take it back.",
        takes: [
            .chatID, .messageID,
            .always(
                "emoji", .string,
                "An emoji, or a name for one: at most 64 bytes. With and without U+FE0F it is the same."),
            .optional("remove", .boolean),
        ],
        answers: [.always("reactions", .map(.array(.string)), "User ids by emoji.")])
    private let chatID: ChatID
    private let messageID: MessageID
    private let emoji: String
    private let remove: Bool

    init(_ fields: Fields) throws(ChatError) {
        chatID = try fields.chatID()
        messageID = try fields.messageID()
        emoji = try FieldRules.emoji(try fields.string("emoji"))
        remove = try fields.bool("remove", default: false)
    }

    func price(for caller: any EventCaller) -> Int { caller.priceOfTelling(chatID) }

    func step(for caller: any EventCaller) -> EventStep {
        .write(.react(chatID, messageID, emoji: emoji, remove: remove, by: caller.user.id))
    }
}
