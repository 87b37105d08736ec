import HTTPTypes

/// Tokens.
extension AdminCall {
    /// Seconds: 30 days, and 10 years with their leap days.
    static let standardTimeToLive: Int64 = 30 * 86_400
    private static let longestTimeToLive: Int64 = 10 * 365 * 86_400 + 3 * 86_400

    static let issueToken = AdminCall(
        .post, "/admin/tokens", "Issue a token",
        fields: [
            .optional("user_id", .reference), .optional("username", .reference, "Instead of user_id"),
            .optional("create", .boolean, "Make the user if there is none", standard: "false"),
            .optional("ttl_seconds", .integer(1...longestTimeToLive), standard: "\(standardTimeToLive)"),
            .optional("label", .freeText),
        ], answers: .object("The token; it is shown this once", of: "IssuedToken", status: 201), refusals: [404, 409])

    static let listTokens = AdminCall(
        .get, "/admin/tokens", "List tokens",
        query: [.optional("user_id", .reference, "Of this user, by id or username")] + AdminField.page,
        answers: .page(of: "Token"), refusals: [404])

    static let revokeToken = AdminCall(
        .delete, "/admin/tokens/{token_id}", "Revoke a token; its sessions are ended", answers: .done(),
        refusals: [404])

    static let tokens = [issueToken, listTokens, revokeToken]
}
