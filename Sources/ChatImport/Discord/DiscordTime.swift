import ByteText
import ChatCore

/// RFC 3339 with an offset, as `2023-01-31T12:00:00.123+02:00`.
enum DiscordTime {
    static func timestamp(_ text: ByteString?) -> Timestamp? {
        guard let text, (20...40).contains(text.count) else { return nil }
        if text.utf8.last == UInt8(ascii: "Z") { return Timestamp(rfc3339: text.string) }
        let bytes = Array(text.utf8)
        let zone = bytes.suffix(6)
        let first = zone.startIndex
        func number(_ offset: Int) -> Int64? {
            let digits = zone[(first + offset)..<(first + offset + 2)]
            guard digits.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else { return nil }
            return digits.reduce(0) { $0 * 10 + Int64($1 - UInt8(ascii: "0")) }
        }
        guard let hours = number(1), let minutes = number(4), hours < 24, minutes < 60,
            zone[first + 3] == UInt8(ascii: ":"), [UInt8(ascii: "+"), UInt8(ascii: "-")].contains(zone[first]),
            let local = Timestamp(rfc3339: String(decoding: bytes.dropLast(6), as: UTF8.self) + "Z")
        else { return nil }
        let offset = (hours * 60 + minutes) * 60_000
        return Timestamp(milliseconds: local.milliseconds + (zone[first] == UInt8(ascii: "-") ? offset : -offset))
    }
}
