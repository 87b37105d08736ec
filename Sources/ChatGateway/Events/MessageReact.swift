import ChatCore
import ChatWire

/// `message:react {chatId, messageId, emoji, remove?}` → `reactions`; the chat hears `message:reaction`.
struct MessageReact: ClientEvent {
    static let name = "message:react"
    static let signature = ClientEventSignature(
        "Give a reaction, or take it back.",
        takes: [
            .chatID, .messageID, .always("emoji", .string, "At most 64 bytes."), .optional("remove", .boolean),
        ],
        answers: [.always("reactions", .map(.array(.string)), "User ids by emoji.")])
    private let chatID: ChatID
    private let messageID: MessageID
    private let emoji: String
    private let remove: Bool

    init(_ fields: Fields) throws(ChatError) {
        chatID = try fields.chatID()
        messageID = try fields.messageID()
        emoji = try fields.string("emoji")
        guard emoji.utf8.count <= FieldRules.longestEmoji else {
            throw ChatError(.invalid, "emoji may have at most \(FieldRules.longestEmoji) bytes.", field: "emoji")
        }
        remove = try fields.bool("remove", default: false)
    }

    func price(in session: ChatSession) -> Int { session.priceOfTelling(chatID) }

    func step(in session: ChatSession) -> EventStep {
        .write(.react(chatID, messageID, emoji: emoji, remove: remove, by: session.user.id))
    }
}
