public import NIOCore

/// Keeps those who cost an event loop much at a share of its time, so that everybody else's turn comes.
///
/// Reading what clients send costs time on the loop that all its connections share: a megabyte of nested JSON tens of
/// milliseconds, ten thousand frames of six bytes as much. So what one read brings is taken in slices, and each slice's
/// cost is told here. The costs are counted by a model (``InputCost``), not measured: a clock would charge a connection
/// for the time in which the machine did something else.
///
/// 1. A slice below ``InputCost/light`` is nobody's business; most reads are.
/// 2. After a heavier one the connection waits in line, and nothing is read from it meanwhile. All who wait share one
///    line a loop; each gets one slice when its turn comes.
/// 3. After a slice of cost c the line rests for ``rest`` × c: all heavy connections together take a fifth of the loop,
///    whatever their number, and a light one finds it free.
public final class InputLane {
    /// The line rests so many times as long as it worked.
    static let rest = 4

    private let eventLoop: any EventLoop
    private var line: CircularBuffer<any InputLaneUser> = []
    /// Before this nobody has a turn.
    private var freeAt = NIODeadline.uptimeNanoseconds(0)
    private var isScheduled = false

    public init(eventLoop: any EventLoop) { self.eventLoop = eventLoop }

    /// How many wait.
    public var count: Int { line.count }

    /// Whether a heavy slice was taken just now, or somebody waits: who looks heavy waits as well.
    public var isBusy: Bool { !line.isEmpty || freeAt > eventLoop.now }

    /// A slice of this cost was taken.
    public func spend(_ cost: InputCost) {
        guard cost >= .light else { return }
        freeAt = max(freeAt, eventLoop.now) + .nanoseconds(cost.nanoseconds * Int64(1 + Self.rest))
    }

    /// Calls `user` when it is its turn, in a later turn of the loop. It is kept until then.
    public func wait(_ user: any InputLaneUser) {
        line.append(user)
        schedule()
    }

    private func schedule() {
        guard !isScheduled, !line.isEmpty else { return }
        isScheduled = true
        let bound = NIOLoopBound(self, eventLoop: eventLoop)
        if freeAt <= eventLoop.now {
            eventLoop.execute { bound.value.run() }
        } else {
            eventLoop.scheduleTask(deadline: freeAt) { bound.value.run() }
        }
    }

    private func run() {
        isScheduled = false
        // Who comes back during this round has its next turn in the next.
        var round = line.count
        while round > 0, freeAt <= eventLoop.now, let user = line.popFirst() {
            round -= 1
            user.laneTurn()
        }
        schedule()
    }
}

@available(*, unavailable)
extension InputLane: Sendable {}

/// Waits in an ``InputLane``. Called on its loop.
public protocol InputLaneUser: AnyObject {
    /// Take one slice of what waits, ``InputLane/spend(_:)`` its cost, and ``InputLane/wait(_:)`` again if more is
    /// left.
    func laneTurn()
}

/// What input costs an event loop, as a model has it: nanoseconds of a middling processor.
public struct InputCost: Sendable, Comparable {
    public var nanoseconds: Int64

    public init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

    public static let zero = InputCost(nanoseconds: 0)
    /// Less is nobody's business.
    public static let light = InputCost(nanoseconds: 250_000)
    /// A control frame, a continuation, a packet that means nothing.
    public static let frame = InputCost(nanoseconds: 500)
    /// A packet that is handed up and looked at.
    public static let packet = InputCost(nanoseconds: 3_000)

    /// Bytes that are unmasked, checked for UTF-8, copied once.
    public static func bytes(_ count: Int) -> InputCost { InputCost(nanoseconds: Int64(count)) }

    /// Values of JSON that are made: allocated, put in place, released.
    public static func values(_ count: Int) -> InputCost { InputCost(nanoseconds: Int64(count) * 60) }

    /// Values of JSON that are stepped over: looked at, and nothing made of them.
    public static func skipped(_ count: Int) -> InputCost { InputCost(nanoseconds: Int64(count) * 30) }

    public static func < (left: Self, right: Self) -> Bool { left.nanoseconds < right.nanoseconds }
    public static func + (left: Self, right: Self) -> Self { Self(nanoseconds: left.nanoseconds + right.nanoseconds) }
    public static func += (left: inout Self, right: Self) { left.nanoseconds += right.nanoseconds }
}
