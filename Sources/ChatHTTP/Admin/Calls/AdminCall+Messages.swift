import ChatCore
import HTTPTypes

/// Messages.
extension AdminCall {
    static let listMessages = AdminCall(
        .get, "/admin/chats/{id}/messages", "List messages, ascending by seq",
        query: [
            .optional("before", .integer(0...Int64.max), "The page that ends before this seq"),
            .optional(
                "after", .integer(0...Int64.max), "The page that begins after this seq; next of the page before"),
            .optional("limit", .integer(1...200), standard: "50"),
        ], answers: .page(of: "Message"), refusals: [404])

    static let sendMessage = AdminCall(
        .post, "/admin/chats/{id}/messages", "Send a message; without sender_id a system message",
        details: "A repeated client_id of the same sender answers 200 and the first message, with other content 409.",
        fields: [
            .required("content", .freeText, "May be empty with files"),
            .optional("sender_id", .reference, "A user id or, where no such id is, a username"),
            .optional("message_type", .choice(Message.Kind.allCases.map(\.rawValue))),
            .optional("client_id", .reference, "1 to 64 of U+0021 to U+007E: makes the sending exactly once"),
            .optional("reply_to", .reference, "The id of a message in this chat"),
            .optional("attachment_ids", .list(.reference), "Files that the sender uploaded"),
        ], answers: .object("The message", of: "Message", status: 201),
        .object("The message that was sent with this client_id before", of: "Message"), refusals: [404, 409, 503])

    static let deleteMessage = AdminCall(
        .delete, "/admin/messages/{id}", "Make a tombstone of a message", answers: .done(), refusals: [404])

    static let messages = [listMessages, sendMessage, deleteMessage]
}
