import HTTPTypes

/// Figures, connections, backups, keys, and what is open.
extension AdminCall {
    private static let switched = AdminShape.choice(["true", "false"])

    static let statistics = AdminCall(
        .get, "/admin/stats", "Figures of the whole", answers: .object("The figures", of: "Stats"))

    static let listConnections = AdminCall(
        .get, "/admin/connections", "List connected sockets", query: AdminField.page, answers: .page(of: "Connection"))

    static let endConnection = AdminCall(
        .delete, "/admin/connections/{sid}", "End a session", answers: .done(), refusals: [404])

    static let backup = AdminCall(
        .get, "/admin/backup", "A consistent copy of the database",
        query: [.optional("keys", switched, "false: without the signing keys", standard: "\"true\"")],
        answers: .content("An SQLite file", type: "application/vnd.sqlite3", isBinary: true), refusals: [503])

    static let rotateKeys = AdminCall(
        .post, "/admin/keys/rotate", "Make a new signing key; old tokens hold until they expire",
        query: [.optional("revoke", switched, "true: old tokens hold no more", standard: "\"false\"")],
        answers: .done(), refusals: [409])

    static let metrics = AdminCall(
        .get, "/metrics", "Figures for Prometheus", answers: .content("Text format 0.0.4", type: "text/plain"))

    static let operations = [statistics, listConnections, endConnection, backup, rotateKeys, metrics]

    private static let description = AdminCall.Answer.content("OpenAPI 3.1", type: "application/json")

    static let open: [AdminCall] = [
        .open("/healthz", "Whether the program runs", answers: .state("It does", "ok")),
        .open("/readyz", "Whether it can serve", answers: .state("It can", "ready"), refusals: [503]),
        .open("/openapi.json", "This description", answers: description),
        .open(
            "/asyncapi.json", "The description of the Socket.IO events",
            answers: .content("AsyncAPI 3.0", type: "application/json")),
        .open("/", "The admin page", answers: .content("A page", type: "text/html")),
    ]
}
