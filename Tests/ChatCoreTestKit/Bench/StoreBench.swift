import ChatCore
import Synchronization

/// A store under test, its sink and its clock, with shorthands for what rules of the contract do all the time.
public final class StoreBench: Sendable {
    /// Opens the same store each time it is called.
    public typealias Opener = @Sendable (ChatPolicy, ManualClock) throws -> any ChatStore

    public let sink = RecordingSink()
    public let clock = ManualClock()
    private let opener: Opener
    private let current: Mutex<any ChatStore>
    private let policy: ChatPolicy

    public init(policy: ChatPolicy = ChatPolicy(), _ opener: @escaping Opener) throws {
        self.opener = opener
        self.policy = policy
        let store = try opener(policy, clock)
        try store.start(sink: sink)
        current = Mutex(store)
    }

    public var store: any ChatStore { current.withLock { $0 } }

    /// Closes the store and opens it again.
    public func restart(policy: ChatPolicy? = nil) throws {
        try store.close()
        let store = try opener(policy ?? self.policy, clock)
        try store.start(sink: sink)
        current.withLock { $0 = store }
    }

    public func close() throws { try store.close() }

    // MARK: Shorthands

    @discardableResult
    public func user(_ name: String) async throws -> UserID {
        guard case .user(let user) = try await store.perform(.createUser(NewUser(id: UserID(name), username: name)))
        else { throw ContractViolation("createUser answers a user") }
        return user.id
    }

    /// Users of those names and ids, in that order.
    @discardableResult
    public func users(_ names: [String]) async throws -> [UserID] {
        var ids: [UserID] = []
        for name in names { ids.append(try await user(name)) }
        return ids
    }

    /// A group made by the operator.
    @discardableResult
    public func group(_ id: String, _ members: [UserID], owner: UserID? = nil) async throws -> ChatID {
        let new = NewChat(id: ChatID(id), name: id, members: members.map(\.rawValue))
        guard case .chat(let chat, created: true) = try await store.perform(.createChat(new, by: .operator)) else {
            throw ContractViolation("createChat answers a new chat")
        }
        if let owner { _ = try await store.perform(.putMember(chat.id, owner, role: .owner, by: .operator)) }
        return chat.id
    }

    @discardableResult
    public func send(
        _ content: String, to chat: ChatID, from sender: UserID?, clientID: String? = nil, replyTo: MessageID? = nil
    ) async throws -> Message {
        let new = NewMessage(
            chatID: chat, sender: sender, content: content, clientID: clientID, replyTo: replyTo)
        guard case .message(let message, _) = try await store.perform(.send(new)) else {
            throw ContractViolation("send answers a message")
        }
        return message
    }

    /// Several messages, one after the other.
    public func send(_ contents: [String], to chat: ChatID, from sender: UserID?) async throws -> [Message] {
        var messages: [Message] = []
        for content in contents { messages.append(try await send(content, to: chat, from: sender)) }
        return messages
    }

    public func perform(_ command: Command) async throws -> Outcome { try await store.perform(command) }

    public func read<Value: Sendable>(
        _ body: @escaping @Sendable (any ChatReadView) throws -> Value
    ) async throws -> Value {
        try await store.read(body)
    }

    /// Expects a command to be refused.
    public func refuses(
        _ command: Command, _ code: ChatError.Code, field: String? = nil, file: StaticString = #fileID,
        line: UInt = #line
    ) async throws {
        do {
            let outcome = try await store.perform(command)
            throw ContractViolation("\(command) is done (\(outcome)), not refused as \(code)", file, line)
        } catch let error as ChatError {
            try expectEqual(error.code, code, "\(error.message)", file: file, line: line)
            if let field { try expectEqual(error.field, field, "\(error.message)", file: file, line: line) }
        }
    }

    /// Expects a command to change nothing: no change is told.
    public func changesNothing(
        _ command: Command, file: StaticString = #fileID, line: UInt = #line
    ) async throws {
        sink.forget()
        _ = try await store.perform(command)
        try expectEqual(sink.newChanges(), [], "\(command) tells nothing", file: file, line: line)
    }
}
