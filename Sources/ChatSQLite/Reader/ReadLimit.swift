import Dispatch
import Synchronization

/// Ends reads that last too long, and those at work when the store closes: readers are few, and the stop waits for
/// them. One for each reader's thread.
final class ReadLimit: Sendable {
    /// No read that this server offers comes near it on a machine that is well. In nanoseconds.
    static let standard: UInt64 = 10_000_000_000

    private static let none = UInt64.max
    private let time: UInt64
    private let clock: @Sendable () -> UInt64
    private let isClosing: @Sendable () -> Bool
    /// When the read at work is to end, in nanoseconds of uptime; ``none`` between two reads.
    private let end = Atomic(none)

    init(
        time: UInt64 = standard,
        clock: @escaping @Sendable () -> UInt64 = { DispatchTime.now().uptimeNanoseconds },
        isClosing: @escaping @Sendable () -> Bool
    ) {
        (self.time, self.clock, self.isClosing) = (time, clock, isClosing)
    }

    func begin() { end.store(clock() &+ time, ordering: .relaxed) }
    func finish() { end.store(Self.none, ordering: .relaxed) }

    /// Whether the read at work has to end. Between two reads nothing has: a snapshot is always ended in order.
    var isOver: Bool {
        let end = end.load(ordering: .relaxed)
        guard end != Self.none else { return false }
        return isClosing() || clock() >= end
    }

    static func isOver(_ pointer: UnsafeMutableRawPointer?) -> Bool {
        pointer.map { Unmanaged<ReadLimit>.fromOpaque($0).takeUnretainedValue().isOver } ?? false
    }
}
