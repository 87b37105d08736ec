public import NIOCore

/// What is told when a ``Deadline`` passes. Called on the event loop of the deadline's queue.
public protocol DeadlineOwner: AnyObject {
    func deadlineReached(_ deadline: Deadline)
}

/// A place in a ``DeadlineQueue``: one object a connection, armed again and again without allocating.
///
/// While armed it holds its owner, so an owner disarms it when it ends.
public final class Deadline {
    /// When it is due; meaningful while armed.
    public internal(set) var time: NIODeadline = .uptimeNanoseconds(0)
    /// Whether it waits in a queue.
    public var isArmed: Bool { owner != nil }

    var owner: (any DeadlineOwner)?
    var next: Deadline?
    unowned(unsafe) var previous: Deadline?
    unowned(unsafe) var queue: DeadlineQueue?

    public init() {}

    /// Takes it out of its queue; without effect when it is in none.
    public func disarm() {
        queue?.remove(self)
    }
}

@available(*, unavailable)
extension Deadline: Sendable {}
