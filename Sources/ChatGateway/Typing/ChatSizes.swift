import ChatCore
import NIOCore
import Synchronization

/// How many members chats have, for what is not told in large ones: a memory of what the store said, never older than
/// the limit of its age.
final class ChatSizes: Sendable {
    private struct Entry {
        let count: Int
        let readAt: NIODeadline
    }

    /// A commit drops what it changes; but a read from before it may arrive after it.
    private static let life: TimeAmount = .seconds(30)
    /// Chats that are remembered; past it all are forgotten, and asked for again.
    private static let capacity = 10_000

    private let entries = Mutex<[ChatID: Entry]>([:])

    func count(of chat: ChatID, now: NIODeadline = .now()) -> Int? {
        entries.withLock { entries in
            guard let entry = entries[chat], now < entry.readAt + Self.life else { return nil }
            return entry.count
        }
    }

    func learn(_ count: Int, of chat: ChatID, now: NIODeadline = .now()) {
        entries.withLock { entries in
            if entries.count >= Self.capacity { entries.removeAll() }
            entries[chat] = Entry(count: count, readAt: now)
        }
    }

    func forget(_ chat: ChatID) { entries.withLock { _ = $0.removeValue(forKey: chat) } }
}
