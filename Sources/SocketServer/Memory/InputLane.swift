public import NIOCore

/// Keeps those who cost an event loop much at a share of its time, so that everybody else's turn comes.
///
/// Reading what clients send costs time on the loop that all its connections share: a megabyte of nested JSON tens of
/// milliseconds, ten thousand frames of six bytes as much. So what one read brings is taken in slices, and each slice's
/// cost is told here. The costs are counted by a model (``InputCost``), not measured: a clock would charge a connection
/// for the time in which the machine did something else.
///
/// 1. A slice below ``InputCost/light`` is nobody's business; most reads are.
/// 2. After a heavier one the connection waits in line, and nothing is read from it meanwhile; each who waits gets one
///    slice when its turn comes.
/// 3. After a slice of cost c the line rests for ``rest`` × c: all heavy connections together take a fifth of the loop,
///    whatever their number, and a light one finds it free.
/// 4. There are two lines, which do not wait for each other: one for those who cost much lately (and for strangers),
///    one for the modest (``InputShare``). So whoever sends a long message now and then is not behind those who send
///    nothing else: these have left the line of the modest with their first slice.
public final class InputLane {
    /// A line rests so many times as long as it worked.
    static let rest = 4

    private let eventLoop: any EventLoop
    private let modest: Line
    private let heavy: Line

    public init(eventLoop: any EventLoop) {
        self.eventLoop = eventLoop
        modest = Line(eventLoop: eventLoop, isOfHeavy: false)
        heavy = Line(eventLoop: eventLoop, isOfHeavy: true)
    }

    /// How many wait.
    public var count: Int { modest.users.count + heavy.users.count }

    private func line(of user: any InputLaneUser) -> Line {
        user.inputShare.isModest(at: eventLoop.now) ? modest : heavy
    }

    /// Whether one of its kind cost much just now, or waits: who looks heavy waits as well.
    public func isBusy(for user: any InputLaneUser) -> Bool { line(of: user).isBusy }

    /// A slice of this cost was taken.
    public func spend(_ cost: InputCost, by user: any InputLaneUser) {
        guard cost >= .light else { return }
        line(of: user).spend(cost)
        user.inputShare.spend(cost, at: eventLoop.now)
    }

    /// Calls `user` when it is its turn, in a later turn of the loop. It is kept until then.
    public func wait(_ user: any InputLaneUser) { line(of: user).wait(user) }
}

/// Those of an ``InputLane`` who wait for each other.
private final class Line {
    private let eventLoop: any EventLoop
    private let isOfHeavy: Bool
    private(set) var users: CircularBuffer<any InputLaneUser> = []
    /// Before this nobody has a turn.
    private var freeAt = NIODeadline.uptimeNanoseconds(0)
    private var isScheduled = false

    init(eventLoop: any EventLoop, isOfHeavy: Bool) {
        self.eventLoop = eventLoop
        self.isOfHeavy = isOfHeavy
    }

    var isBusy: Bool { !users.isEmpty || freeAt > eventLoop.now }

    func spend(_ cost: InputCost) {
        freeAt = max(freeAt, eventLoop.now) + .nanoseconds(cost.nanoseconds * Int64(1 + InputLane.rest))
    }

    func wait(_ user: any InputLaneUser) {
        users.append(user)
        schedule()
    }

    private func schedule() {
        guard !isScheduled, !users.isEmpty else { return }
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
        var round = users.count
        while round > 0, freeAt <= eventLoop.now, let user = users.popFirst() {
            round -= 1
            if isOfHeavy { user.inputShare.waited(until: eventLoop.now) }
            user.laneTurn()
        }
        schedule()
    }
}

@available(*, unavailable)
extension InputLane: Sendable {}

@available(*, unavailable)
extension Line: Sendable {}

/// Waits in an ``InputLane``. Called on its loop.
public protocol InputLaneUser: AnyObject {
    /// Take one slice of what waits, ``InputLane/spend(_:by:)`` its cost, and ``InputLane/wait(_:)`` again if more is
    /// left.
    func laneTurn()
    /// What it has taken of the loop lately: kept for the lane, which alone changes it, but for who vouches.
    var inputShare: InputShare { get set }
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
