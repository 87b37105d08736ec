/// The one counter, advanced only by the writer, that stamps every durable change: recovery offset, `sync` cursor, and
/// row id of messages. Grows, never repeats, may have gaps.
public struct Revision: Hashable, Comparable, Sendable {
    public let value: Int64

    public init(_ value: Int64) { self.value = value }

    public static func < (left: Self, right: Self) -> Bool { left.value < right.value }
    public static let zero = Revision(0)
}
