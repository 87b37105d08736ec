import NIOCore

/// The clients of one event loop that wait to be looked up. To hand a read to another thread, and its answer back,
/// costs more than the read, so one burst is at the store at a time, and whoever comes meanwhile goes with the next:
/// the more come, the more go together.
///
/// Bound to the loop.
final class AdmissionBurst {
    /// One from anywhere; touched on its loop only.
    typealias OnLoop = (eventLoop: any EventLoop, burst: NIOLoopBoundBox<AdmissionBurst>)
    /// Looks applicants up and calls back, from any thread, when that is done.
    typealias LookUp = @Sendable (_ applicants: [Applicant], _ done: @escaping @Sendable () -> Void) -> Void

    /// Looked up in one visit, so that it stays short.
    private static let limit = 64

    private let eventLoop: any EventLoop
    private var waiting: [Applicant] = []
    private var isAway = false

    init(eventLoop: any EventLoop) { self.eventLoop = eventLoop }

    /// One for each loop.
    static func onEachLoop(of group: any EventLoopGroup) -> [OnLoop] {
        group.makeIterator().map { loop in
            (loop, NIOLoopBoundBox.makeBoxSendingValue(AdmissionBurst(eventLoop: loop), eventLoop: loop))
        }
    }

    /// - Parameter lookUp: the same at each call.
    func add(_ applicant: Applicant, lookUp: @escaping LookUp) {
        waiting.append(applicant)
        guard !isAway else { return }
        isAway = true
        // After what has come to the other sockets in this turn.
        eventLoop.assumeIsolated().execute { self.send(lookUp) }
    }

    private func send(_ lookUp: @escaping LookUp) {
        let burst = Array(waiting.prefix(Self.limit))
        waiting.removeFirst(burst.count)
        let bound = NIOLoopBound(self, eventLoop: eventLoop)
        lookUp(burst) { [eventLoop] in
            eventLoop.execute { bound.value.sent(lookUp) }
        }
    }

    private func sent(_ lookUp: @escaping LookUp) {
        if waiting.isEmpty { isAway = false } else { send(lookUp) }
    }
}

@available(*, unavailable)
extension AdmissionBurst: Sendable {}
