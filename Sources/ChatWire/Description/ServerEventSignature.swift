/// An event that the server sends, and its one argument.
package struct ServerEventSignature: Sendable {
    package let name: String
    package let summary: String
    package let argument: WireShape
    /// What TypeScript calls the argument.
    package let argumentName: String

    private init(_ name: String, _ summary: String, _ argument: WireShape, as argumentName: String = "data") {
        self.name = name
        self.summary = summary
        self.argument = argument
        self.argumentName = argumentName
    }

    /// All there are; the tests hold this table against what `ServerEvent` and the sessions send.
    package static let all: [ServerEventSignature] = sessionEvents + messageEvents + chatEvents + userEvents

    private static let sessionEvents = [
        ServerEventSignature(
            "session:ready", "The first event of a session.",
            .object([
                .always("user", .named(.user)), .always("server_time", .time), .always("limits", .named(.limits)),
                .always("unread_total", .integer), .always("offset", .string, "For sync."),
            ])),
        ServerEventSignature(
            "session:expiring", "The token is valid for a minute yet: send auth:refresh.",
            .object([.always("expires_at", .time)])),
        ServerEventSignature(
            "session:ended", "The last event of a session that the server ends.",
            .object([
                .always("code", .choice(SessionEnd.allCases.map(\.rawValue))), .always("message", .string),
                .always("reconnect", .boolean, "Whether a stock client comes back by itself."),
            ])),
        ServerEventSignature(
            "offset", "What connection state recovery remembers; nothing to handle.", .string, as: "offset"),
        ServerEventSignature(
            "error", "The failure of an event that asked for no ack.",
            .object(WireObject.errorFields + [.always("event", .string)]), as: "error"),
    ]

    private static let messageEvents = [
        ServerEventSignature("message:new", "A message was sent.", .named(.message), as: "message"),
        ServerEventSignature("message:updated", "A message was edited.", .named(.message), as: "message"),
        ServerEventSignature("message:deleted", "A message is a tombstone now.", .named(.message), as: "message"),
        ServerEventSignature(
            "message:reaction", "A reaction was given or taken back.",
            .object([
                .chatID, .messageID, .userID, .always("emoji", .string), .always("removed", .boolean),
                .always("reactions", .map(.array(.string)), "All of the message: user ids by emoji."),
            ])),
        ServerEventSignature(
            "message:read", "A member has read everything up to this message.",
            .object([
                .chatID, .messageID, .always("seq", .integer), .userID, .always("read_at", .time),
            ])),
        ServerEventSignature(
            "message:delivered", "Everything up to this message has reached a member.",
            .object([.chatID, .messageID, .always("seq", .integer), .userID])),
    ]

    private static let chatEvents = [
        ServerEventSignature(
            "chat:added", "The user is a member of this chat from now on.", .object([.always("chat", .named(.chat))])),
        ServerEventSignature(
            "chat:updated", "The chat has a new name.", .object([.always("chat", .named(.chat))])),
        ServerEventSignature(
            "chat:removed", "The user is no member any more, or the chat is gone.", .object([.chatID])),
        ServerEventSignature("chat:joined", "This socket hears the chat.", .object([.chatID])),
        ServerEventSignature("chat:left", "This socket hears the chat no more.", .object([.chatID])),
        ServerEventSignature("chat:member-added", "A member came.", .object([.chatID, .userID])),
        ServerEventSignature("chat:member-removed", "A member went.", .object([.chatID, .userID])),
    ]

    private static let userEvents = [
        ServerEventSignature(
            "typing:start", "Another member types.", .object([.chatID, .userID, .always("username", .string)])),
        ServerEventSignature(
            "typing:stop", "Another member types no more.",
            .object([.chatID, .userID, .always("username", .string)])),
        ServerEventSignature(
            "user:status", "Somebody who shares a chat came or went.",
            .object([
                .userID, .always("status", .choice(["online", "offline"])),
                .always("last_seen_at", .nullable(.time)),
            ])),
        ServerEventSignature(
            "user:updated", "Somebody who shares a chat has another name or picture.",
            .object([.always("user", .named(.userCard))])),
    ]
}
