import ChatCore
import HTTPTypes

/// Chats and their members.
extension AdminCall {
    private static let roles = AdminShape.choice(Member.Role.allCases.map(\.rawValue))

    static let createChat = AdminCall(
        .post, "/admin/chats", "Make a chat",
        details: "The same id with the same content again answers 200 and the chat, with other content 409.",
        fields: [
            .optional("name", .freeText), .optional("id", .reference, "1 to 128 of U+0021 to U+007E; else one is made"),
            .optional("type", .choice(Chat.Kind.allCases.map(\.rawValue)), standard: "\"group\""),
            .optional("member_ids", .list(.reference), "User ids or, where no such id is, usernames: plain members"),
            .optional(
                "members",
                .list(
                    .object([
                        .required("user_id", .reference, "A user id or, where no such id is, a username"),
                        .optional("role", roles, standard: "\"member\""),
                    ])), "Beside member_ids, with their roles"),
        ], answers: .object("The chat", of: "Chat", status: 201),
        .object("The chat, which is there already", of: "Chat"),
        refusals: [404, 409])

    static let listChats = AdminCall(
        .get, "/admin/chats", "List chats", query: [.optional("q", .freeText, "A part of the name")] + AdminField.page,
        answers: .page(of: "Chat"))

    static let getChat = AdminCall(
        .get, "/admin/chats/{id}", "One chat", answers: .object("The chat", of: "Chat"), refusals: [404])

    static let updateChat = AdminCall(
        .patch, "/admin/chats/{id}", "Rename a chat", fields: [.clearable("name", .freeText)],
        answers: .object("The chat", of: "Chat"), refusals: [404])

    static let deleteChat = AdminCall(
        .delete, "/admin/chats/{id}", "Delete a chat", answers: .done(), refusals: [404])

    static let chats = [createChat, listChats, getChat, updateChat, deleteChat]

    static let listMembers = AdminCall(
        .get, "/admin/chats/{id}/members", "List members", query: AdminField.page, answers: .page(of: "Member"),
        refusals: [404])

    static let putMember = AdminCall(
        .put, "/admin/chats/{id}/members/{user_id}", "Add a member, or change the role",
        fields: [.optional("role", roles)], answers: .object("The member", of: "Member"), refusals: [404, 409])

    static let removeMember = AdminCall(
        .delete, "/admin/chats/{id}/members/{user_id}", "Remove a member", answers: .done(), refusals: [404])

    static let members = [listMembers, putMember, removeMember]
}
