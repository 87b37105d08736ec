import ChatCore
import NIOCore

/// Who types where, by user and not by socket: a pure state machine, told what happens and what time it is.
///
/// 1. A user types in a chat from the first `typing:start` of any of their sockets until a `typing:stop` of any, the
///    end of the socket that said so last, or the timeout.
/// 2. A change is told at once as long as few were told of that user and chat lately; past that it waits for the next
///    tick, and what came and went between two ticks is told of once, or not at all.
/// 3. A repeated start only prolongs; it is told again when the last telling is a second old, for those who came.
struct TypingMachine: Sendable {
    struct Key: Hashable, Sendable {
        let user: UserID
        let chat: ChatID
    }

    /// What the others in the chat are to be told.
    struct News: Sendable, Hashable {
        let starts: Bool
        let chat: ChatID
        let user: UserCard
    }

    fileprivate struct Entry {
        var card: UserCard
        /// The socket that said so last.
        var holder: ObjectIdentifier
        var isTyping = false
        var toldTyping = false
        var startToldAt = NIODeadline.uptimeNanoseconds(0)
        var expiresAt = NIODeadline.uptimeNanoseconds(0)
        var allowance: TokenBucket
    }

    /// Tellings a second of one user and chat; six of them in a burst.
    private static let rate = 2
    private static let againAfter: TimeAmount = .seconds(1)

    private let timeout: TimeAmount
    private var entries: [Key: Entry] = [:]

    init(timeout: TimeAmount) { self.timeout = timeout }

    /// Whether there is nothing to look after.
    var isEmpty: Bool { entries.isEmpty }

    /// - Returns: what is to be told at once.
    mutating func start(
        _ card: UserCard, in chat: ChatID, by holder: ObjectIdentifier, now: NIODeadline
    ) -> News? {
        let key = Key(user: card.id, chat: chat)
        var entry = entries[key] ?? Entry(card: card, holder: holder, allowance: TokenBucket(rate: Self.rate, now: now))
        entry.card = card
        entry.holder = holder
        entry.isTyping = true
        entry.expiresAt = now + timeout
        defer { entries[key] = entry }
        return entry.tell(chat, now: now, againAfter: Self.againAfter)
    }

    /// - Returns: what is to be told at once.
    mutating func stop(_ user: UserID, in chat: ChatID, now: NIODeadline) -> News? {
        let key = Key(user: user, chat: chat)
        guard var entry = entries[key], entry.isTyping else { return nil }
        entry.isTyping = false
        defer { entries[key] = entry }
        return entry.tell(chat, now: now, againAfter: Self.againAfter)
    }

    /// A socket types no more in these chats: it has gone, or listens no longer.
    mutating func stop(
        _ user: UserID, in chats: some Sequence<ChatID>, heldBy holder: ObjectIdentifier, now: NIODeadline
    ) -> [News] {
        chats.compactMap { chat in
            guard entries[Key(user: user, chat: chat)]?.holder == holder else { return nil }
            return stop(user, in: chat, now: now)
        }
    }

    /// The user is no member any more: who saw them type sees that they do not, and that is the last of it.
    mutating func forget(_ user: UserID, in chat: ChatID) -> News? {
        guard let entry = entries.removeValue(forKey: Key(user: user, chat: chat)), entry.toldTyping else { return nil }
        return News(starts: false, chat: chat, user: entry.card)
    }

    /// What waited to be told, and what ends by itself.
    mutating func tick(now: NIODeadline) -> [News] {
        var news: [News] = []
        for (key, found) in entries {
            var entry = found
            if entry.isTyping, entry.expiresAt <= now { entry.isTyping = false }
            if entry.isTyping != entry.toldTyping,
                let told = entry.tell(key.chat, now: now, againAfter: Self.againAfter)
            {
                news.append(told)
            }
            let isOver = !entry.isTyping && !entry.toldTyping && entry.allowance.isFull(now: now)
            entries[key] = isOver ? nil : entry
        }
        return news
    }
}

extension TypingMachine.Entry {
    /// Tells how things are, if that is news and the allowance is not spent.
    fileprivate mutating func tell(
        _ chat: ChatID, now: NIODeadline, againAfter: TimeAmount
    ) -> TypingMachine.News? {
        if isTyping == toldTyping, !isTyping || now < startToldAt + againAfter { return nil }
        guard allowance.take(now: now) == nil else { return nil }
        toldTyping = isTyping
        if isTyping { startToldAt = now }
        return TypingMachine.News(starts: isTyping, chat: chat, user: card)
    }
}

extension TokenBucket {
    fileprivate init(rate: Int, now: NIODeadline) { self.init(rate: rate, now: now.nanoseconds) }
    fileprivate mutating func take(now: NIODeadline) -> Duration? { take(now: now.nanoseconds) }
    fileprivate func isFull(now: NIODeadline) -> Bool { isFull(now: now.nanoseconds) }
}

extension NIODeadline {
    fileprivate var nanoseconds: Int64 { Int64(truncatingIfNeeded: uptimeNanoseconds) }
}
