import NIOCore
import SocketServer

/// Handshakes whose admission said to wait, in the order they came, on each loop.
///
/// They are asked for again when their time is over, all by one timer a loop; and the one that waited longest as soon
/// as somebody says that there may be room. So a crowd that comes at once goes through as fast as it is served.
extension EngineServer {
    /// Says that what a handshake may wait for was freed. Called on `eventLoop`.
    public func roomMayBeFree(on eventLoop: any EventLoop) {
        let loop = directory.loop(eventLoop, configuration: configuration)
        guard let first = loop.waiting.popFirst() else { return }
        if !decide(first.exchange, first.handshake) { loop.waiting.prepend(first) }
    }

    func admit(_ exchange: HTTPExchange, _ handshake: EngineHandshake, _ transport: EngineTransport) {
        let admission = configuration.admission?(handshake, .zero) ?? .accept
        guard case .wait(let time) = admission else { return carryOut(admission, exchange, handshake, transport) }
        let waiting = WaitingHandshake(handshake, transport, since: exchange.eventLoop.now)
        exchange.receiver = waiting
        let loop = directory.loop(exchange.eventLoop, configuration: configuration)
        loop.waiting.append((exchange, waiting))
        setTimer(loop, in: time)
    }

    private func setTimer(_ loop: EngineLoop, in time: Duration) {
        guard !loop.waitIsTimed else { return }
        loop.waitIsTimed = true
        loop.eventLoop.assumeIsolated().scheduleTask(in: TimeAmount(time)) { () -> Void in
            loop.waitIsTimed = false
            for _ in 0..<loop.waiting.count {
                guard let next = loop.waiting.popFirst() else { break }
                if !self.decide(next.exchange, next.handshake) { loop.waiting.append(next) }
            }
            if !loop.waiting.isEmpty { self.setTimer(loop, in: time) }
        }
    }

    /// - Returns: whether it waits no longer.
    private func decide(_ exchange: HTTPExchange, _ waiting: WaitingHandshake) -> Bool {
        guard exchange.isOpen else { return true }
        let waited = Duration(exchange.eventLoop.now - waiting.since)
        let admission = configuration.admission?(waiting.handshake, waited) ?? .accept
        if case .wait = admission { return false }
        carryOut(admission, exchange, waiting.handshake, waiting.transport)
        return true
    }

    private func carryOut(
        _ admission: EngineAdmission, _ exchange: HTTPExchange, _ handshake: EngineHandshake,
        _ transport: EngineTransport
    ) {
        switch admission {
        case .accept: accept(exchange, handshake, transport)
        case .refuse(let refusal): refuse(exchange, refusal)
        case .wait: break  // the callers keep those
        }
    }
}
