import ChatCore
import ChatWire
import EngineIO
import NIOCore
import SocketIO
import Synchronization

/// Tells receipts at most once an interval a member and chat, the latest watermark only; in chats with many members to
/// the reader's own sockets only. CONTRACT section 3, "Receipts".
///
/// What is held back is also held back from the offset: ``toldUpTo(orElse:)`` is the second watermark that an offset
/// carries, so a client that leaves in between is told at its return.
final class ReceiptThrottle: Sendable {
    private struct Key: Hashable {
        let chat: ChatID
        let user: UserID
        let event: ServerEventName
    }

    private struct Entry {
        var toldAt: NIODeadline
        /// What waits for the interval to end, and the newest revision before it.
        var waiting: (notice: Notice, receipt: Receipt, after: Revision)?
    }

    private struct State {
        var entries: [Key: Entry] = [:]
        /// The least `after` of what waits.
        var oldestWaiting: Revision?
        var timerIsSet = false
    }

    private let state = Mutex(State())
    private let events: ServerEvents
    private let namespace: Namespace
    private let eventLoop: any EventLoop
    private let interval: TimeAmount
    private let quietMembers: Int

    init(
        configuration: GatewayConfiguration, events: ServerEvents, namespace: Namespace, eventLoop: any EventLoop
    ) {
        self.events = events
        self.namespace = namespace
        self.eventLoop = eventLoop
        interval = TimeAmount(configuration.receiptInterval)
        quietMembers = configuration.quietMembers
    }

    /// On the writer's thread.
    ///
    /// - Parameter before: a revision before the receipt's.
    func tell(
        _ notice: Notice, of receipt: Receipt, after before: Revision, in batch: inout DeliveryBatch.Builder
    ) {
        let now = NIODeadline.now()
        let (tellNow, mustSetTimer) = state.withLock { state in
            let key = Key(chat: receipt.chatID, user: receipt.userID, event: notice.event)
            if var entry = state.entries[key], now < entry.toldAt + interval {
                entry.waiting = (notice, receipt, entry.waiting?.after ?? before)
                state.entries[key] = entry
                if state.oldestWaiting == nil { state.oldestWaiting = before }
                defer { state.timerIsSet = true }
                return (false, !state.timerIsSet)
            }
            state.entries[key] = Entry(toldAt: now)
            defer { state.timerIsSet = true }
            return (true, !state.timerIsSet)
        }
        if mustSetTimer { setTimer() }
        if tellNow { tell(notice, room(of: receipt), in: &batch) }
    }

    /// The user is no member any more: what waited is not told.
    func forget(_ user: UserID, in chat: ChatID) {
        state.withLock { state in
            for event in [ServerEventName.messageRead, .messageDelivered] {
                state.entries[Key(chat: chat, user: user, event: event)]?.waiting = nil
            }
        }
    }

    /// The newest revision up to which every receipt was told.
    func toldUpTo(orElse revision: Revision) -> Revision {
        state.withLock { $0.oldestWaiting ?? revision }
    }

    private func tell(_ notice: Notice, _ room: String, in batch: inout DeliveryBatch.Builder) {
        batch.send(notice.event.rawValue, toRoom: room, by: events.encoder) { $0.writeWire(notice.object) }
    }

    private func room(of receipt: Receipt) -> String {
        receipt.isQuiet(above: quietMembers) ? ChatGateway.room(of: receipt.userID) : receipt.chatID.rawValue
    }

    private func setTimer() {
        eventLoop.scheduleTask(in: .nanoseconds(interval.nanoseconds / 4)) { self.tick(now: .now()) }
    }

    /// Tells what waited long enough, and forgets whoever had nothing more to say.
    ///
    /// Only when it is before the loops does it count as told: an offset that a commit makes meanwhile must not cover
    /// a receipt that comes after it.
    func tick(now: NIODeadline) {
        let due = state.withLock { state in
            var due: [(Notice, Receipt)] = []
            for (key, entry) in state.entries where entry.toldAt + interval <= now {
                if let waiting = entry.waiting {
                    due.append((waiting.notice, waiting.receipt))
                    state.entries[key] = Entry(toldAt: now)
                } else {
                    state.entries.removeValue(forKey: key)
                }
            }
            return due
        }
        if !due.isEmpty {
            var batch = DeliveryBatch.Builder()
            for (notice, receipt) in due { tell(notice, room(of: receipt), in: &batch) }
            namespace.deliver(batch.finish(stamp: .max, trailer: nil))
        }
        let mustSetTimer = state.withLock { state in
            state.oldestWaiting = state.entries.values.compactMap { $0.waiting?.after }.min()
            state.timerIsSet = !state.entries.isEmpty
            return state.timerIsSet
        }
        if mustSetTimer { setTimer() }
    }
}
