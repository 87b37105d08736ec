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
    /// Handshakes whose admission waits, first come first; as many as there are connections at most.
    var waiting: CircularBuffer<(exchange: HTTPExchange, handshake: WaitingHandshake)> = []
    /// Whether a timer will ask for them again.
    var waitIsTimed = false

    init(eventLoop: any EventLoop, configuration: EngineConfiguration) {
        self.eventLoop = eventLoop
        self.configuration = configuration
        pings = DeadlineQueue(delay: .init(configuration.pingInterval), eventLoop: eventLoop)
        pongs = DeadlineQueue(delay: .init(configuration.pingTimeout), eventLoop: eventLoop)
        upgrades = DeadlineQueue(delay: .init(configuration.upgradeTimeout), eventLoop: eventLoop)
        closes = DeadlineQueue(delay: .init(configuration.closeTimeout), eventLoop: eventLoop)
    }
}

@available(*, unavailable)
extension EngineLoop: Sendable {}
