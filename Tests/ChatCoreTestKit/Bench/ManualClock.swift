import ChatCore
import Synchronization

/// A clock that moves by hand.
public final class ManualClock: Sendable {
    private let milliseconds: Mutex<Int64>

    /// 2026-01-01T00:00:00.000Z unless told.
    public init(_ start: Timestamp = Timestamp(milliseconds: 1_767_225_600_000)) {
        milliseconds = Mutex(start.milliseconds)
    }

    public var now: Timestamp { Timestamp(milliseconds: milliseconds.withLock { $0 }) }

    public func advance(by duration: Duration) {
        let later = now.advanced(by: duration).milliseconds
        milliseconds.withLock { $0 = later }
    }
}
