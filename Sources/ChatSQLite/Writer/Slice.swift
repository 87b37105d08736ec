import Foundation

/// How much of a long work one transaction takes on: until one of its bounds is reached.
///
/// What others wait for is the time, what they are told the changes: a socket takes some 200 events at once, not ten
/// thousand.
struct Slice {
    /// Changes that one transaction tells.
    static let changes = 200
    /// Bytes of events that they come to, about.
    static let bytes = 64 << 10
    /// Nanoseconds. With the commit after it, far under the 100 ms that an ack may wait for others' work.
    static let time: UInt64 = 10_000_000
    /// Rows between two looks at the clock.
    private static let stride = 16

    /// When its time is over, in nanoseconds of uptime.
    let end: UInt64
    private var rows = 0
    private(set) var toldBytes = 0
    private var toldChanges = 0

    init(now: UInt64 = DispatchTime.now().uptimeNanoseconds) { end = now + Self.time }

    /// Notes a row that was worked on.
    ///
    /// - Parameter bytes: of the event that it is told by; `nil`: nobody is told.
    mutating func note(telling bytes: Int? = nil) {
        rows += 1
        guard let bytes else { return }
        toldChanges += 1
        toldBytes += bytes
    }

    /// Whether it has enough.
    var isSpent: Bool {
        if toldChanges >= Self.changes || toldBytes >= Self.bytes { return true }
        return rows.isMultiple(of: Self.stride) && rows > 0 && DispatchTime.now().uptimeNanoseconds >= end
    }
}
