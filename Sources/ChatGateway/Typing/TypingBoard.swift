import ChatCore
import ChatWire
import EngineIO
import NIOCore
import SocketIO
import Synchronization

/// Keeps who types where, and tells the others in the chat, by the way that deliveries go. Shared by all loops.
final class TypingBoard: Sendable {
    private struct State {
        var machine: TypingMachine
        var timerIsSet = false
    }

    /// How often it is looked what ends by itself and what waits to be told.
    private static let longestTick: TimeAmount = .milliseconds(250)

    private let state: Mutex<State>
    /// Whether anybody types, as far as is known without the lock: each message asks.
    private let isWatching = Atomic(false)
    private let eventLoop: any EventLoop
    private let tickInterval: TimeAmount
    private let events: ServerEvents
    private let namespace: Namespace

    init(
        configuration: GatewayConfiguration, events: ServerEvents, namespace: Namespace, eventLoop: any EventLoop
    ) {
        let timeout = TimeAmount(configuration.typingTimeout)
        state = Mutex(State(machine: TypingMachine(timeout: timeout)))
        tickInterval = min(Self.longestTick, .nanoseconds(max(1_000_000, timeout.nanoseconds / 8)))
        self.events = events
        self.namespace = namespace
        self.eventLoop = eventLoop
    }

    func start(_ card: UserCard, in chat: ChatID, by holder: ObjectIdentifier) {
        change { machine in machine.start(card, in: chat, by: holder, now: .now()).map { [$0] } ?? [] }
    }

    func stop(_ user: UserID, in chat: ChatID) {
        guard isWatching.load(ordering: .acquiring) else { return }
        change { machine in machine.stop(user, in: chat, now: .now()).map { [$0] } ?? [] }
    }

    func stop(_ user: UserID, in chats: some Sequence<ChatID>, heldBy holder: ObjectIdentifier) {
        change { machine in machine.stop(user, in: chats, heldBy: holder, now: .now()) }
    }

    func forget(_ user: UserID, in chat: ChatID) {
        guard isWatching.load(ordering: .acquiring) else { return }
        change { machine in machine.forget(user, in: chat).map { [$0] } ?? [] }
    }

    private func change(_ body: (inout TypingMachine) -> [TypingMachine.News]) {
        let mustSetTimer = state.withLock { state in
            tell(body(&state.machine))
            guard !state.timerIsSet, !state.machine.isEmpty else { return false }
            state.timerIsSet = true
            isWatching.store(true, ordering: .releasing)
            return true
        }
        if mustSetTimer { setTimer() }
    }

    private func setTimer() {
        eventLoop.scheduleTask(in: tickInterval) { self.tick(now: .now()) }
    }

    func tick(now: NIODeadline) {
        let mustSetTimer = state.withLock { state in
            tell(state.machine.tick(now: now))
            state.timerIsSet = !state.machine.isEmpty
            isWatching.store(state.timerIsSet, ordering: .releasing)
            return state.timerIsSet
        }
        if mustSetTimer { setTimer() }
    }

    /// Under the lock, so that a stop of one thread does not overtake the start of another; what is done here is to put
    /// the batch before each loop.
    private func tell(_ news: [TypingMachine.News]) {
        guard !news.isEmpty else { return }
        var batch = DeliveryBatch.Builder()
        for news in news {
            batch.send(
                events.frames(.typing(news.starts, chat: news.chat, user: news.user)),
                toAnyOf: [news.chat.rawValue], except: ChatGateway.room(of: news.user.id))
        }
        // Not part of what is replayed, as presence.
        namespace.deliver(batch.finish(stamp: .max, trailer: nil, isEphemeral: true))
    }
}
