import ChatCore
import Foundation

/// How much one transaction of commands takes on, so that nobody's ack waits long for others' commands.
///
/// Two thousand sends are a matter of twenty milliseconds; two thousand deletions of long messages are not, nor are as
/// many members let in at once what a socket takes in one go.
struct BatchShare {
    /// Changes by other commands than sends and receipts that one commit tells.
    private static let changes = Slice.changes
    /// Bytes of text and files that one commit writes, about.
    private static let bytes = 4 << 20
    /// Nanoseconds after which no other than a send or a receipt is begun.
    static let time: UInt64 = 20_000_000

    private let end: UInt64
    private var told = 0
    private var stored = 0
    private var isLate = false

    /// - Parameter time: nanoseconds; others than ``time`` are for tests.
    init(time: UInt64) { end = DispatchTime.now().uptimeNanoseconds + time }

    mutating func note(_ command: Command, _ changes: [Change]) {
        switch command {
        case .send(let message) where message.attachments.isEmpty: stored += message.content.utf8.count
        case .markRead, .markDelivered, .presence: return
        case .appendToFile(_, let bytes):
            stored += bytes.count
            isLate = DispatchTime.now().uptimeNanoseconds >= end
        default:
            told += changes.count
            isLate = DispatchTime.now().uptimeNanoseconds >= end
        }
    }

    var isSpent: Bool { isLate || told >= Self.changes || stored >= Self.bytes }
}
