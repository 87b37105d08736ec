/// What commands do, whatever keeps the chats: who may do what, in which order it is checked, what follows from it and
/// who is told. CONTRACT sections 2 to 4.
///
/// A value of it runs one command, or one slice of a long work, inside a transaction of the engine's: it loads records,
/// decides, stores records, and gathers the changes. It has no clock, no randomness and no I/O of its own.
///
///     var rules = ChatRules(records)
///     let outcome = try rules.run(command)
///     // rules.changes is what is told once the transaction is in the file
public struct ChatRules<Records: ChatRecords> {
    let records: Records
    /// What was changed so far, in order.
    public internal(set) var changes: [Change] = []

    var policy: ChatPolicy { records.policy }

    public init(_ records: Records) { self.records = records }

    /// Carries a command out.
    ///
    /// - Throws: ``ChatError``, and what the engine throws. Then the engine undoes what was stored; of commands that
    ///   check first (``Command/checksFirst``) a ``ChatError`` leaves nothing to undo.
    public mutating func run(_ command: Command) throws -> Outcome {
        switch command {
        case .send(let message): try send(message)
        case .edit(let chat, let message, let content, let user): try edit(message, in: chat, to: content, by: user)
        case .delete(let chat, let message, let principal): try delete(message, in: chat, by: principal)
        case .react(let chat, let message, let emoji, let remove, let user):
            try react(to: message, in: chat, with: emoji, remove: remove, by: user)
        case .markRead(let chat, let message, let user): try markRead(message, in: chat, by: user)
        case .markDelivered(let chat, let message, let user): try markDelivered(message, in: chat, by: user)
        case .presence(let presences): try notePresence(presences)
        case .createChat(let chat, let principal): try createChat(chat, by: principal)
        case .updateChat(let id, let patch, let principal): try updateChat(id, patch, by: principal)
        case .deleteChat(let id): try deleteChat(id)
        case .putMember(let chat, let user, let role, let principal):
            try putMember(user, in: chat, as: role, by: principal)
        case .removeMember(let chat, let user, let principal): try removeMember(user, from: chat, by: principal)
        case .createUser(let user): .user(try createUser(user).user)
        case .updateUser(let id, let patch): try updateUser(id, patch)
        case .signIn(let user): try signIn(user)
        case .deleteUser(let id, let deleteMessages): try deleteUser(id, deleteMessages: deleteMessages)
        case .setBlocked(let id, let blocked): try setBlocked(id, blocked)
        case .issueToken(let token): try issueToken(token)
        case .revokeToken(let id): try revokeToken(id)
        case .revokeTokens(let user, let time): try revokeTokens(of: user, issuedUpTo: time)
        case .beginFile(let file): try beginFile(file)
        case .appendToFile(let id, let bytes): try append(bytes, to: id)
        case .finishFile(let id, let traits): try finishFile(id, traits)
        case .discardFile(let id): try discardFile(id)
        case .advanceCursor(let name, let position): try advanceCursor(name, to: position)
        case .removeCursor(let name): try removeCursor(name)
        case .setSetting(let key, let value): try setSetting(key, value)
        }
    }

    // Cursors have no revision: nobody is told, and no reader of the feed is woken.

    private func advanceCursor(_ name: String, to position: FeedPosition) throws -> Outcome {
        try CursorRules.check(name: name)
        try CursorRules.check(position, newest: records.committedRevision)
        let present = try records.cursor(name)
        if present == nil { try CursorRules.checkRoom(cursors: try records.cursorCount()) }
        if CursorRules.moves(present, to: position) { try records.putCursor(name, at: position) }
        return .done
    }

    private func removeCursor(_ name: String) throws -> Outcome {
        guard try records.cursor(name) != nil else {
            throw ChatError(.notFound, "There is no such cursor.", field: "name")
        }
        try records.removeCursor(name)
        return .done
    }

    private func setSetting(_ key: String, _ value: String) throws -> Outcome {
        try records.putSetting(key, value)
        return .done
    }
}

@available(*, unavailable)
extension ChatRules: Sendable {}

extension Command {
    /// Whether its rules check everything before they store the first thing: if one of them refuses, nothing need be
    /// undone.
    public var checksFirst: Bool {
        switch self {
        case .send(let message): message.attachments.isEmpty
        case .markRead, .markDelivered, .presence: true
        default: false
        }
    }
}
