public import NIOCore

/// Deadlines that all lie the same time ahead when they are armed, on one event loop.
///
/// Because the delay is constant the queue is a list in order of time: arming appends, disarming unlinks, both without
/// allocation, and one scheduled task of the event loop serves them all. So ten thousand heartbeats cost one timer.
/// The task runs at the time of the first deadline, but not more often than each ``granularity``.
public final class DeadlineQueue {
    /// How far ahead a deadline lies.
    public let delay: TimeAmount
    /// How late a deadline may be told: 5 ms, or a 64th of the delay where that is less.
    public let granularity: TimeAmount

    private let eventLoop: any EventLoop
    private var first: Deadline?
    private unowned(unsafe) var last: Deadline?
    private var isScheduled = false

    public init(delay: TimeAmount, eventLoop: any EventLoop) {
        self.delay = delay
        self.eventLoop = eventLoop
        granularity = .nanoseconds(min(5_000_000, max(0, delay.nanoseconds) / 64))
    }

    deinit {
        // One by one: releasing the head alone would release the list recursively.
        while let deadline = first { remove(deadline) }
    }

    public var isEmpty: Bool { first == nil }

    /// Arms `deadline` (disarming it first) one ``delay`` from now.
    public func arm(_ deadline: Deadline, owner: any DeadlineOwner) {
        arm(deadline, owner: owner, from: eventLoop.now)
    }

    /// Arms `deadline` one ``delay`` after `start`, which must not go back behind the queue's last start by more than
    /// the granularity: it is held in order otherwise.
    public func arm(_ deadline: Deadline, owner: any DeadlineOwner, from start: NIODeadline) {
        deadline.disarm()
        var time = start + delay
        if let last, last.time > time { time = last.time }
        deadline.time = time
        deadline.owner = owner
        deadline.queue = self
        deadline.previous = last
        if let last { last.next = deadline } else { first = deadline }
        last = deadline
        if !isScheduled { schedule(at: time) }
    }

    /// Tells every deadline now, due or not. For the end of the server.
    public func fireAll() {
        let end = last
        while let deadline = first, let owner = deadline.owner {
            remove(deadline)
            owner.deadlineReached(deadline)
            if deadline === end { return }
        }
    }

    func remove(_ deadline: Deadline) {
        let next = deadline.next
        let previous = deadline.previous
        if let previous { previous.next = next } else { first = next }
        if let next { next.previous = previous } else { last = previous }
        deadline.next = nil
        deadline.previous = nil
        deadline.queue = nil
        deadline.owner = nil
    }

    private func schedule(at time: NIODeadline) {
        isScheduled = true
        let earliest = eventLoop.now + granularity
        eventLoop.assumeIsolated().scheduleTask(deadline: time > earliest ? time : earliest) { [weak self] in
            self?.run()
        }
    }

    private func run() {
        isScheduled = false
        let now = eventLoop.now
        while let deadline = first, deadline.time <= now, let owner = deadline.owner {
            remove(deadline)
            owner.deadlineReached(deadline)
        }
        if let first, !isScheduled { schedule(at: first.time) }
    }
}

@available(*, unavailable)
extension DeadlineQueue: Sendable {}
