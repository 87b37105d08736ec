import ByteText
import ChatCore

/// A Slack time, `1356032811.000002`: seconds, and six digits that make it the only one of its channel. Messages are
/// known by it.
struct SlackTime: Hashable {
    /// Since 1970.
    let microseconds: Int64

    /// `nil` for anything else.
    init?(_ text: ByteString?) {
        guard let text, text.count <= 32 else { return nil }
        let parts = text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard parts.count <= 2, (1...11).contains(parts[0].count), let seconds = Self.number(parts[0]) else {
            return nil
        }
        var fraction: Int64 = 0
        if parts.count == 2 {
            guard (1...9).contains(parts[1].count), let digits = Self.number(parts[1].prefix(6)) else { return nil }
            fraction = digits
            for _ in min(parts[1].count, 6)..<6 { fraction *= 10 }
        }
        microseconds = seconds * 1_000_000 + fraction
    }

    private static func number(_ digits: Substring.UTF8View) -> Int64? {
        var value: Int64 = 0
        for digit in digits {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) else { return nil }
            value = value * 10 + Int64(digit - UInt8(ascii: "0"))
        }
        return value
    }

    var timestamp: Timestamp { Timestamp(milliseconds: microseconds / 1000) }
}
