import NIOCore
import SocketServer

/// What the sessions of one event loop share: their configuration, their timers. Bound to that loop.
final class EngineLoop {
    let eventLoop: any EventLoop
    let configuration: EngineConfiguration
    let pings: DeadlineQueue
    let pongs: DeadlineQueue
    let upgrades: DeadlineQueue
    let closes: DeadlineQueue
    /// Looks at output that waits, four times in ``EngineConfiguration/stallTimeout``.
    let stalls: DeadlineQueue
    let memory: ByteAccount.Terms
    /// For the POSTs of polling; WebSockets have the one of their server.
    let lane: InputLane

    init(eventLoop: any EventLoop, configuration: EngineConfiguration) {
        self.eventLoop = eventLoop
        self.configuration = configuration
        pings = DeadlineQueue(delay: .init(configuration.pingInterval), eventLoop: eventLoop)
        pongs = DeadlineQueue(delay: .init(configuration.pingTimeout), eventLoop: eventLoop)
        upgrades = DeadlineQueue(delay: .init(configuration.upgradeTimeout), eventLoop: eventLoop)
        closes = DeadlineQueue(delay: .init(configuration.closeTimeout), eventLoop: eventLoop)
        stalls = DeadlineQueue(delay: .init(configuration.stallTimeout / 4), eventLoop: eventLoop)
        memory = ByteAccount.Terms(eventLoop: eventLoop, pool: configuration.memory)
        lane = InputLane(eventLoop: eventLoop)
    }
}

@available(*, unavailable)
extension EngineLoop: Sendable {}
