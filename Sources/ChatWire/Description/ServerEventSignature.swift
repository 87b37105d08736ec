/// An event that the server sends, and its one argument.
package struct ServerEventSignature: Sendable {
    package let name: String
    /// What it tells, and whether it is told again to those who missed it.
    package let summary: String
    package let argument: WireShape
    /// What TypeScript calls the argument.
    package let argumentName: String

    private init(
        _ event: ServerEventName, _ summary: String, _ argument: WireShape, as argumentName: String = "data"
    ) {
        name = event.rawValue
        self.summary = event.isReplayed ? summary + " Who missed it is told it later." : summary
        self.argument = argument
        self.argumentName = argumentName
    }

    /// All there are; the tests hold this table against what `ServerEvent` and the sessions send.
    package static let all: [ServerEventSignature] = sessionEvents + messageEvents + chatEvents + userEvents

    private static let sessionEvents = [
        ServerEventSignature(
            .sessionReady, "The first event of a session.",
            .object([
                .always("user", .named(.user)), .always("server_time", .time), .always("limits", .named(.limits)),
                .always("unread_total", .integer), .always("offset", .string, "For sync."),
            ])),
        ServerEventSignature(
            .sessionExpiring, "The token is valid for a minute yet: send auth:refresh.",
            .object([.always("expires_at", .time)])),
        ServerEventSignature(
            .sessionEnded, "The last event of a session that the server ends.",
            .object([
                .always("code", .choice(SessionEnd.allCases.map(\.rawValue))), .always("message", .string),
                .always("reconnect", .boolean, "Whether a stock client comes back by itself."),
            ])),
        ServerEventSignature(
            .offset, "What connection state recovery remembers; nothing to handle.", .string, as: "offset"),
        ServerEventSignature(
            .error, "The failure of an event that asked for no ack.",
            .object(WireObject.errorFields + [.always("event", .string)]), as: "error"),
    ]

    private static let messageEvents = [
        ServerEventSignature(.messageNew, "A message was sent.", .named(.message), as: "message"),
        ServerEventSignature(.messageUpdated, "A message was edited.", .named(.message), as: "message"),
        ServerEventSignature(.messageDeleted, "A message is a tombstone now.", .named(.message), as: "message"),
        ServerEventSignature(
            .messageReaction, "A reaction was given or taken back.",
            .object([
                .chatID, .messageID, .userID, .always("emoji", .string, "As it stands in `reactions`."),
                .always("removed", .boolean),
                .always("reactions", .map(.array(.string)), "All of the message: user ids by emoji."),
            ])),
        ServerEventSignature(
            .messageRead, "A member has read everything up to this message.",
            .object([
                .chatID, .messageID, .always("seq", .integer), .userID, .always("read_at", .time),
            ])),
        ServerEventSignature(
            .messageDelivered, "Everything up to this message has reached a member.",
            .object([.chatID, .messageID, .always("seq", .integer), .userID])),
    ]

    private static let chatEvents = [
        ServerEventSignature(
            .chatAdded, "The user is a member of this chat from now on.", .object([.always("chat", .named(.chat))])),
        ServerEventSignature(
            .chatUpdated, "The chat has a new name.", .object([.always("chat", .named(.chat))])),
        ServerEventSignature(
            .chatRemoved, "The user is no member any more, or the chat is gone.", .object([.chatID])),
        ServerEventSignature(.chatJoined, "This socket hears the chat.", .object([.chatID])),
        ServerEventSignature(.chatLeft, "This socket hears the chat no more.", .object([.chatID])),
        ServerEventSignature(.chatMemberAdded, "A member came.", .object([.chatID, .userID])),
        ServerEventSignature(.chatMemberRemoved, "A member went.", .object([.chatID, .userID])),
    ]

    private static let userEvents = [
        ServerEventSignature(
            .typingStart, "Another member types.", .object([.chatID, .userID, .always("username", .string)])),
        ServerEventSignature(
            .typingStop, "Another member types no more.",
            .object([.chatID, .userID, .always("username", .string)])),
        ServerEventSignature(
            .userStatus, "Somebody who shares a chat came or went.",
            .object([
                .userID, .always("status", .choice(["online", "offline"])),
                .always("last_seen_at", .nullable(.time)),
            ])),
        ServerEventSignature(
            .userUpdated, "Somebody who shares a chat has another name or picture.",
            .object([.always("user", .named(.userCard))])),
    ]
}
