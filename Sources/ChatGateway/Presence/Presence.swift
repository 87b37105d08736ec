import ByteText
import ChatCore
import ChatWire
import EngineIO
import NIOCore
import SocketIO
import Synchronization

/// Keeps who is online, tells those who share a chat, and has it written down. Shared by all loops.
final class Presence: Sendable {
    private struct State {
        var machine: PresenceMachine
        var timerIsSet = false
        var isStopped = false
    }

    private let state: Mutex<State>
    private let eventLoop: any EventLoop
    private let interval: TimeAmount
    /// When many come or go at once, the more of them are told together: the next tick waits this long for each status
    /// that the last one told, ``longestInterval`` at most. A storm of connects thus costs a contact some events a
    /// second in a few writes, and not a write each.
    private static let intervalPerNews: TimeAmount = .milliseconds(1)
    private static let longestInterval: TimeAmount = .seconds(2)
    private let store: any ChatStore
    private let events: ServerEvents
    private let namespace: Namespace

    init(
        configuration: GatewayConfiguration, store: any ChatStore, events: ServerEvents, namespace: Namespace,
        eventLoop: any EventLoop
    ) {
        state = Mutex(State(machine: PresenceMachine(grace: TimeAmount(configuration.presenceGrace))))
        interval = TimeAmount(configuration.presenceInterval)
        self.store = store
        self.events = events
        self.namespace = namespace
        self.eventLoop = eventLoop
    }

    func isOnline(_ user: UserID) -> Bool { state.withLock { $0.machine.isOnline(user) } }

    func online(among users: [UserID]) -> Set<UserID> {
        state.withLock { state in Set(users.filter(state.machine.isOnline)) }
    }

    func connected(_ user: UserID, chats: [String], lastSeenAt: Timestamp?) {
        let chats = chats.map { ByteString($0) }
        change { $0.connected(user, chats: chats, lastSeenAt: lastSeenAt) }
    }

    func disconnected(_ user: UserID) {
        change { $0.disconnected(user, now: .now(), wallClock: .now()) }
    }

    func wasOnline(_ user: UserID, chats: [String], lastSeenAt: Timestamp?) {
        let chats = chats.map { ByteString($0) }
        change { $0.wasOnline(user, chats: chats, lastSeenAt: lastSeenAt, now: .now()) }
    }

    func joined(_ user: UserID, chat: ChatID) {
        let room = ByteString(ChatGateway.presenceRoom(of: chat))
        change { $0.joined(user, chat: room) }
    }

    func left(_ user: UserID, chat: ChatID) {
        let room = ByteString(ChatGateway.presenceRoom(of: chat))
        change { $0.left(user, chat: room) }
    }

    /// From now on nothing is told: who is online now counts as online for the grace after the next start.
    func stop() { state.withLock { $0.isStopped = true } }

    private func change(_ body: (inout PresenceMachine) -> Void) {
        let mustSetTimer = state.withLock { state in
            body(&state.machine)
            guard !state.timerIsSet, !state.isStopped else { return false }
            state.timerIsSet = state.machine.hasNews || state.machine.nextDeadline != nil
            return state.timerIsSet
        }
        if mustSetTimer { setTimer() }
    }

    /// News wait one interval, for company. Nothing ticks while nobody comes or goes.
    private func setTimer(lastNews: Int = 0) {
        let wait = min(Self.longestInterval, Self.intervalPerNews * lastNews)
        eventLoop.scheduleTask(in: max(interval, wait)) { self.tick() }
    }

    private func tick() {
        let (announcements, mustSetTimer) = state.withLock { state in
            guard !state.isStopped else { return ([PresenceMachine.Announcement](), false) }
            let announcements = state.machine.tick(now: .now())
            state.timerIsSet = state.machine.hasNews || state.machine.nextDeadline != nil
            return (announcements, state.timerIsSet)
        }
        if mustSetTimer { setTimer(lastNews: announcements.count) }
        guard !announcements.isEmpty else { return }
        let now = Timestamp.now()
        store.submit(
            .presence(
                announcements.map {
                    PresenceChange(userID: $0.user, online: $0.online, at: $0.online ? now : $0.lastSeenAt ?? now)
                }),
            reply: .nobody)
        var batch = DeliveryBatch.Builder()
        for news in announcements where !news.chats.isEmpty {
            batch.send(
                events.frames(.userStatus(news.user, online: news.online, lastSeenAt: news.lastSeenAt)),
                toAnyOf: news.chats.map(\.string), except: ChatGateway.room(of: news.user))
        }
        // Not part of what is replayed: a socket that is being admitted hears it however new its snapshot is.
        if !batch.isEmpty { namespace.deliver(batch.finish(stamp: .max, trailer: nil, isEphemeral: true)) }
    }
}
