import NIOCore

/// The clients of one event loop that wait to be looked up. Those that came in one turn of the loop are looked up
/// together: to hand a read to another thread, and its answer back, costs more than the read.
///
/// Bound to the loop.
final class AdmissionBurst {
    /// Looked up in one visit; the next are for another of the store's readers.
    private static let limit = 16

    /// One from anywhere; touched on its loop only.
    typealias OnLoop = (eventLoop: any EventLoop, burst: NIOLoopBoundBox<AdmissionBurst>)

    private let eventLoop: any EventLoop
    private var waiting: [Applicant] = []

    init(eventLoop: any EventLoop) { self.eventLoop = eventLoop }

    /// One for each loop.
    static func onEachLoop(of group: any EventLoopGroup) -> [OnLoop] {
        group.makeIterator().map { loop in
            (loop, NIOLoopBoundBox.makeBoxSendingValue(AdmissionBurst(eventLoop: loop), eventLoop: loop))
        }
    }

    /// - Parameter lookUp: for all that wait, not only for this one.
    func add(_ applicant: Applicant, lookUp: @escaping ([Applicant]) -> Void) {
        waiting.append(applicant)
        if waiting.count == Self.limit { return send(lookUp) }
        guard waiting.count == 1 else { return }
        // After what has come to the other sockets in this turn.
        eventLoop.assumeIsolated().execute { self.send(lookUp) }
    }

    private func send(_ lookUp: ([Applicant]) -> Void) {
        guard !waiting.isEmpty else { return }
        lookUp(waiting)
        waiting.removeAll(keepingCapacity: true)
    }
}

@available(*, unavailable)
extension AdmissionBurst: Sendable {}
