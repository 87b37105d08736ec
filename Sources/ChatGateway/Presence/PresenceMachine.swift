import ByteText
import ChatCore
import NIOCore

/// Who is online, by user and not by socket: a pure state machine, told what happens and what time it is.
///
/// 1. The first connection makes a user online; the last one's end leaves them online for the grace time.
/// 2. What changed is collected and told at the next tick: a user who came and went between two ticks is told of once,
///    or not at all.
struct PresenceMachine: Sendable {
    /// A status that has to be told.
    struct Announcement: Hashable, Sendable {
        let user: UserID
        let online: Bool
        let lastSeenAt: Timestamp?
        /// The chats whose other members hear it.
        let chats: [ByteString]
    }

    private struct Entry {
        var connections = 0
        var chats: [ByteString]
        var lastSeenAt: Timestamp?
        /// Set while nobody is connected.
        var offlineAt: NIODeadline?
        /// What others were told last.
        var toldOnline: Bool
    }

    private let grace: TimeAmount
    private var entries: [UserID: Entry] = [:]
    private var changed: Set<UserID> = []
    /// Users who are on grace, in the order it ends.
    private var leaving: CircularBuffer<(user: UserID, at: NIODeadline)> = []

    init(grace: TimeAmount) { self.grace = grace }

    func isOnline(_ user: UserID) -> Bool { entries[user] != nil }

    /// When there is something to do without anything happening.
    var nextDeadline: NIODeadline? { leaving.first?.at }
    var hasNews: Bool { !changed.isEmpty }

    mutating func connected(_ user: UserID, chats: [ByteString], lastSeenAt: Timestamp?) {
        var entry = entries[user] ?? Entry(chats: chats, lastSeenAt: lastSeenAt, toldOnline: false)
        entry.connections += 1
        entry.chats = chats
        entry.offlineAt = nil
        if !entry.toldOnline { changed.insert(user) }
        entries[user] = entry
    }

    mutating func disconnected(_ user: UserID, now: NIODeadline, wallClock: Timestamp) {
        guard var entry = entries[user] else { return }
        entry.connections -= 1
        if entry.connections == 0 {
            entry.lastSeenAt = wallClock
            entry.offlineAt = now + grace
            leaving.append((user, now + grace))
        }
        entries[user] = entry
    }

    /// A user who was online when the server stopped: online for the grace, as if the connection had just ended.
    mutating func wasOnline(_ user: UserID, chats: [ByteString], lastSeenAt: Timestamp?, now: NIODeadline) {
        guard entries[user] == nil else { return }
        entries[user] = Entry(chats: chats, lastSeenAt: lastSeenAt, offlineAt: now + grace, toldOnline: true)
        leaving.append((user, now + grace))
    }

    mutating func joined(_ user: UserID, chat: ByteString) {
        guard let entry = entries[user], !entry.chats.contains(chat) else { return }
        entries[user]?.chats.append(chat)
    }

    mutating func left(_ user: UserID, chat: ByteString) { entries[user]?.chats.removeAll { $0 == chat } }

    /// What is to be told now.
    mutating func tick(now: NIODeadline) -> [Announcement] {
        while let first = leaving.first, first.at <= now {
            leaving.removeFirst()
            // Back meanwhile, or gone again later: then another place in the row is for it.
            if entries[first.user]?.offlineAt == first.at { changed.insert(first.user) }
        }
        var announcements: [Announcement] = []
        for user in changed {
            guard var entry = entries[user] else { continue }
            let online = entry.offlineAt.map { $0 > now } ?? true
            if online != entry.toldOnline {
                announcements.append(
                    Announcement(user: user, online: online, lastSeenAt: entry.lastSeenAt, chats: entry.chats))
            }
            entry.toldOnline = online
            entries[user] = online ? entry : nil
        }
        changed = []
        return announcements
    }
}
