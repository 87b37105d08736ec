import ChatCore
import Synchronization

/// A store whose answers are what the test says, and whose commits come when the test says so.
final class ScriptedStore: ChatStore {
    struct Script: Sendable {
        var admission: @Sendable (UserID, TokenFacts) throws -> Admission = { user, _ in
            .admitted(ScriptedStore.session(of: user, chats: [], revision: 0))
        }
        /// Pages of what was missed, in the order they are asked for; at the end nothing is missed.
        var pages: [MissedPage] = []
        var missedMore = false
        var standing = OffsetStanding.recoverable
        var memberCount = 2
        var isMember = true
        var revision: Int64 = 0
        var history: [Message] = []
    }

    private struct State {
        var script = Script()
        var sink: (any CommitSink)?
        var submitted: [(command: Command, reply: ReplyTo)] = []
        var isHolding = false
        var waiting: [@Sendable () -> Void] = []
        var cursors: [MissedCursor] = []
    }

    private let state = Mutex(State())

    let epoch: UInt64 = 7
    var revision: Revision { Revision(state.withLock { $0.script.revision }) }

    func edit(_ body: (inout Script) -> Void) { state.withLock { body(&$0.script) } }

    // MARK: ChatStore

    func start(sink: any CommitSink) throws { state.withLock { $0.sink = sink } }
    func close() throws {}

    func submit(_ command: Command, reply: ReplyTo) { state.withLock { $0.submitted.append((command, reply)) } }

    func read<Value: Sendable>(
        _ body: @escaping @Sendable (any ChatReadView) throws -> Value,
        reply: @escaping @Sendable (Result<Value, ChatError>) -> Void
    ) {
        // The snapshot is of now, whenever the answer arrives.
        let result = Result { try body(ScriptedView(store: self)) }.mapError { error in
            error as? ChatError ?? ChatError(.internal, "\(error)")
        }
        let isHeld = state.withLock { state in
            if state.isHolding { state.waiting.append { reply(result) } }
            return state.isHolding
        }
        if !isHeld { reply(result) }
    }

    // MARK: What the test does

    /// From now on answers wait for ``answerReads()``.
    func holdReads() { state.withLock { $0.isHolding = true } }

    func answerReads() {
        let waiting = state.withLock { state in
            defer { state.waiting = [] }
            state.isHolding = false
            return state.waiting
        }
        for answer in waiting { answer() }
    }

    /// A commit of changes that nobody of the test's clients asked for.
    func commit(_ changes: [Change], revision: Int64) {
        let sink = state.withLock { state in
            state.script.revision = revision
            return state.sink
        }
        let entry = CommittedBatch.Entry(reply: .nobody, result: .success(.done), changes: changes)
        sink?.didCommit(CommittedBatch(entries: [entry], revision: Revision(revision)))
    }

    /// Answers every command that was submitted.
    func commitSubmitted(_ outcome: Outcome = .done, _ changes: [Change] = [], revision: Int64) {
        answerSubmitted(.success(outcome), changes, revision: revision)
    }

    /// Refuses every command that was submitted.
    func refuseSubmitted(_ error: ChatError) { answerSubmitted(.failure(error), [], revision: revision.value) }

    private func answerSubmitted(_ result: Result<Outcome, ChatError>, _ changes: [Change], revision: Int64) {
        let (sink, submitted) = state.withLock { state in
            defer { state.submitted = [] }
            state.script.revision = revision
            return (state.sink, state.submitted)
        }
        let entries = submitted.map { job in
            CommittedBatch.Entry(reply: job.reply, result: result, changes: changes)
        }
        sink?.didCommit(CommittedBatch(entries: entries, revision: Revision(revision)))
        for case .callback(let body) in submitted.map(\.reply) { body(result) }
    }

    var submitted: [Command] { state.withLock { $0.submitted.map(\.command) } }
    /// Where pages were asked for.
    var cursors: [MissedCursor] { state.withLock { $0.cursors } }

    static func session(of user: UserID, chats: [String], revision: Int64) -> Admission.Session {
        let chats = chats.map { ChatID($0) }
        return Admission.Session(
            user: User(
                id: user, username: user.rawValue, displayName: nil, avatarURL: nil,
                createdAt: Timestamp(milliseconds: 0), lastSeenAt: nil, blocked: false),
            chats: chats, presenceChats: chats, unreadTotal: 0, revision: Revision(revision))
    }

    fileprivate func nextPage(_ cursor: MissedCursor) -> MissedPage {
        state.withLock { state in
            state.cursors.append(cursor)
            guard state.script.pages.isEmpty else { return state.script.pages.removeFirst() }
            return MissedPage(changes: [], next: nil, end: Revision(max(state.script.revision, cursor.after.value)))
        }
    }

    fileprivate var script: Script { state.withLock { $0.script } }
}

/// What can be read of a ``ScriptedStore``.
private struct ScriptedView: ChatReadView {
    let store: ScriptedStore

    private func unscripted() -> ChatError { ChatError(.internal, "The test has no answer for this.") }

    func revision() throws -> Revision { store.revision }
    func admission(of user: UserID, token: TokenFacts) throws -> Admission { try store.script.admission(user, token) }
    func missed(by user: UserID, from cursor: MissedCursor, bytes: Int) throws -> MissedPage { store.nextPage(cursor) }
    func missedMore(than limit: Int, by user: UserID, after: Revision) throws -> Bool { store.script.missedMore }
    func standing(epoch: UInt64, revision: Revision, heardAt: Timestamp?) throws -> OffsetStanding {
        store.script.standing
    }
    func chat(_ id: ChatID) throws -> Chat? {
        Chat(
            id: id, name: nil, kind: .group, createdAt: Timestamp(milliseconds: 0),
            memberCount: store.script.memberCount, lastSeq: 0)
    }
    func member(_ user: UserID, of chat: ChatID) throws -> Member? {
        guard store.script.isMember else { return nil }
        return Member(
            user: UserCard(id: user, username: user.rawValue, displayName: nil, avatarURL: nil), role: .member,
            joinedAt: Timestamp(milliseconds: 0), deliveredSeq: 0, readSeq: 0)
    }
    func cards(_ ids: [UserID]) throws -> [UserCard] {
        ids.map { UserCard(id: $0, username: $0.rawValue, displayName: nil, avatarURL: nil) }
    }
    func contacts(of user: UserID, among others: [UserID]) throws -> Set<UserID> { Set(others) }
    func user(_ id: UserID) throws -> User? { nil }
    func history(
        of chat: ChatID, for user: UserID, _ range: HistoryRange, limit: Int, bytes: Int
    ) throws -> HistoryPage {
        HistoryPage(messages: store.script.history, hasMore: false)
    }

    func user(named username: String) throws -> User? { throw unscripted() }
    func users(matching query: String?, page: PageRequest) throws -> Page<User> { throw unscripted() }
    func token(_ id: TokenID) throws -> TokenRecord? { throw unscripted() }
    func tokens(of user: UserID?, page: PageRequest) throws -> Page<TokenRecord> { throw unscripted() }
    func chats(matching query: String?, page: PageRequest) throws -> Page<Chat> { throw unscripted() }
    func members(of chat: ChatID, page: PageRequest) throws -> Page<Member> { throw unscripted() }
    func presenceChats(of user: UserID, quietMembers: Int) throws -> [ChatID] { throw unscripted() }
    func chatList(of user: UserID) throws -> [ChatListItem] { throw unscripted() }
    func message(_ id: MessageID) throws -> Message? { throw unscripted() }
    func history(of chat: ChatID, _ range: HistoryRange, limit: Int, bytes: Int) throws -> HistoryPage {
        throw unscripted()
    }
    func message(_ id: MessageID, in chat: ChatID, for user: UserID) throws -> Message { throw unscripted() }
    func unreadCount(of user: UserID, in chat: ChatID) throws -> Int { throw unscripted() }
    func unreadTotal(of user: UserID) throws -> Int { throw unscripted() }
    func search(_ request: SearchRequest, for user: UserID?) throws -> SearchPage { throw unscripted() }
    func file(_ id: FileID, for user: UserID) throws -> StoredFile { throw unscripted() }
    func file(_ id: FileID) throws -> StoredFile? { throw unscripted() }
    func chunk(_ number: Int64, of id: FileID) throws -> [UInt8]? { throw unscripted() }
    func standing(of user: UserID, token: TokenFacts) throws -> TokenStanding { throw unscripted() }
    func changes(
        for user: UserID, after: Revision, receiptsAfter: Revision, limit: Int, bytes: Int
    ) throws -> ChangeSet {
        throw unscripted()
    }
    func changes(after position: FeedPosition, limit: Int, bytes: Int) throws -> FeedPage { throw unscripted() }
    func standing(of position: FeedPosition) throws -> OffsetStanding { throw unscripted() }
    func feedFloor() throws -> Revision { throw unscripted() }
    func cursor(_ name: String) throws -> FeedCursor? { throw unscripted() }
    func cursors() throws -> [FeedCursor] { throw unscripted() }
    func setting(_ key: String) throws -> String? { throw unscripted() }
    func usersOnlineAtLastEnd() throws -> [UserID] { [] }
    func statistics() throws -> StoreStatistics { throw unscripted() }
}
