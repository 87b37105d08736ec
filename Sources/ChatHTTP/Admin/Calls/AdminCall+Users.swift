import HTTPTypes

/// Users.
extension AdminCall {
    static let createUser = AdminCall(
        .post, "/admin/users", "Make a user",
        fields: [
            .required("username", .text), .optional("id", .reference, "1 to 128 of U+0021 to U+007E; else one is made"),
            .optional("display_name", .freeText), .optional("avatar_url", .freeText),
        ], answers: .object("The user", of: "User", status: 201), refusals: [409])

    static let listUsers = AdminCall(
        .get, "/admin/users", "List users",
        query: [.optional("q", .freeText, "A part of username or display name")] + AdminField.page,
        answers: .page(of: "User"))

    static let getUser = AdminCall(
        .get, "/admin/users/{id}", "One user", answers: .object("The user", of: "User"), refusals: [404])

    static let updateUser = AdminCall(
        .patch, "/admin/users/{id}", "Change a user; what is left out stays, null clears",
        fields: [
            .changeable("username", .text), .clearable("display_name", .freeText),
            .clearable("avatar_url", .freeText),
        ], answers: .object("The user", of: "User"), refusals: [404, 409])

    static let deleteUser = AdminCall(
        .delete, "/admin/users/{id}", "Delete a user; the messages stay as those of a deleted user",
        query: [
            .optional(
                "messages", .choice(["keep", "delete"]), "delete makes tombstones of the user's messages",
                standard: "\"keep\"")
        ], answers: .done(), refusals: [404])

    static let listUserChats = AdminCall(
        .get, "/admin/users/{id}/chats",
        "The chats that a user is in, the liveliest first, as the user's clients list them",
        query: AdminField.page, answers: .page(of: "ChatListItem"), refusals: [404])

    static let blockUser = AdminCall(
        .post, "/admin/users/{id}/block", "Refuse the user and end the sessions", answers: .done(), refusals: [404])

    static let unblockUser = AdminCall(
        .post, "/admin/users/{id}/unblock", "Admit the user again", answers: .done(), refusals: [404])

    static let disconnectUser = AdminCall(
        .post, "/admin/users/{id}/disconnect", "End the user's sessions", answers: .done(), refusals: [404])

    static let revokeUserTokens = AdminCall(
        .post, "/admin/users/{id}/revoke-tokens", "Revoke every token of the user issued up to now",
        details: "Others' tokens are told by iat; one shown here before its iat is revoked, too.",
        answers: .done(), refusals: [404])

    static let users = [
        createUser, listUsers, getUser, updateUser, deleteUser, listUserChats, blockUser, unblockUser, disconnectUser,
        revokeUserTokens,
    ]
}
