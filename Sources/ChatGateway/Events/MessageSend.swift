import ChatCore
import ChatWire

/// `message:send {chatId, content, messageType?, clientId?, replyTo?, attachmentIds?}` → `message`, `duplicate`; the
/// chat hears `message:new`. `attachmentIds` are files that the sender uploaded and has not sent; with them the content
/// may be left out or empty. Of the files of an `image` at least one is an image.
struct MessageSend: ClientEvent {
    static let name = "message:send"
    static let signature = ClientEventSignature(
        "Send a message.",
        takes: [
            .chatID, .optional("content", .string, "Required without attachments."),
            .optional("messageType", .choice(["text", "image", "file"])),
            .optional("clientId", .string, "1-64 visible ASCII characters: a repeated send is the first."),
            .optional("replyTo", .string, "A message id."), .optional("attachmentIds", .array(.string)),
        ],
        answers: [.always("message", .named(.message)), .always("duplicate", .boolean)])
    private let message: NewMessage

    init(_ fields: Fields) throws(ChatError) {
        let chatID = try fields.chatID()
        let attachments: [FileID] = try fields.identifiers("attachmentIds", atMost: ChatPolicy.maxAttachments)
        let content = attachments.isEmpty ? try fields.string("content") : try fields.optionalString("content") ?? ""
        let kind = try fields.optionalChoice("messageType", of: [Message.Kind.text, .image, .file]) ?? .text
        message = NewMessage(
            chatID: chatID, sender: nil, content: content, kind: kind,
            clientID: try Self.clientID(fields), replyTo: try fields.optionalIdentifier("replyTo"),
            attachments: attachments)
    }

    private static func clientID(_ fields: Fields) throws(ChatError) -> String? {
        guard let text = try fields.optionalString("clientId") else { return nil }
        try FieldRules.clientID(text)
        return text
    }

    func step(for caller: any EventCaller) throws(ChatError) -> EventStep {
        try caller.spendMessage()
        caller.stopTyping(in: message.chatID)
        var message = message
        message.sender = caller.user.id
        return .write(.send(message))
    }
}
