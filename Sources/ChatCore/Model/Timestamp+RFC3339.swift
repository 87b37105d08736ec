/// RFC 3339 by integer arithmetic: a formatter object would cost more than the rest of a message.
extension Timestamp {
    /// Bytes of ``rfc3339``.
    public static let rfc3339Size = 24

    /// `2026-01-31T23:59:59.999Z`. Years outside 0–9999 are shown as the nearest of them.
    public var rfc3339: String {
        String(unsafeUninitializedCapacity: Self.rfc3339Size) { buffer in
            writeRFC3339(into: UnsafeMutableRawBufferPointer(buffer))
            return Self.rfc3339Size
        }
    }

    /// Writes ``rfc3339`` to the beginning of `target`, which has at least ``rfc3339Size`` bytes.
    public func writeRFC3339(into target: UnsafeMutableRawBufferPointer) {
        let clamped = min(max(milliseconds, -62_167_219_200_000), 253_402_300_799_999)
        let days = (clamped >= 0 ? clamped : clamped - 86_399_999) / 86_400_000
        let (year, month, day) = Self.civil(fromDays: days)
        let rest = clamped - days * 86_400_000
        func put(_ value: Int64, at position: Int, digits: Int, then mark: Unicode.Scalar) {
            var value = value
            for index in stride(from: position + digits - 1, through: position, by: -1) {
                target[index] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: value % 10)
                value /= 10
            }
            target[position + digits] = UInt8(ascii: mark)
        }
        put(year, at: 0, digits: 4, then: "-")
        put(month, at: 5, digits: 2, then: "-")
        put(day, at: 8, digits: 2, then: "T")
        put(rest / 3_600_000, at: 11, digits: 2, then: ":")
        put(rest / 60_000 % 60, at: 14, digits: 2, then: ":")
        put(rest / 1000 % 60, at: 17, digits: 2, then: ".")
        put(rest % 1000, at: 20, digits: 3, then: "Z")
    }

    /// Year, month and day of a day counted from 1970-01-01, in the proleptic Gregorian calendar: in eras of 400 years
    /// (146,097 days) that begin on a 1 March, so that the leap day is a year's last.
    private static func civil(fromDays days: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let shifted = days + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
        let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day)
    }

    /// Reads `2026-01-31T23:59:59Z`, with up to nine digits of a fraction; what is beyond milliseconds is dropped.
    ///
    /// - Returns: `nil` for anything else, a leap second and other zones than `Z` included.
    public init?(rfc3339 text: String) {
        let bytes = Array(text.utf8)
        guard (20...30).contains(bytes.count), bytes[bytes.count - 1] == UInt8(ascii: "Z") else { return nil }
        func number(_ range: Range<Int>) -> Int64? {
            bytes[range].reduce(0 as Int64?) { value, byte in
                guard let value, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
                return value * 10 + Int64(byte - UInt8(ascii: "0"))
            }
        }
        let separators: [(Int, Character)] = [(4, "-"), (7, "-"), (10, "T"), (13, ":"), (16, ":")]
        guard separators.allSatisfy({ bytes[$0.0] == $0.1.asciiValue }),
            let year = number(0..<4), let month = number(5..<7), let day = number(8..<10),
            let hour = number(11..<13), let minute = number(14..<16), let second = number(17..<19),
            (1...12).contains(month), (1...31).contains(day), hour < 24, minute < 60, second < 60
        else { return nil }
        var fraction: Int64 = 0
        if bytes.count > 20 {
            guard bytes.count > 21, bytes[19] == UInt8(ascii: "."), let digits = number(20..<(bytes.count - 1)) else {
                return nil
            }
            fraction = digits
            for _ in 0..<(12 - (bytes.count - 21)) { fraction *= 10 }
            fraction /= 1_000_000_000
        }
        let days = Self.days(year: year, month: month, day: day)
        // A day that the month does not have would come back as another.
        guard Self.civil(fromDays: days) == (year, month, day) else { return nil }
        self.init(milliseconds: days * 86_400_000 + hour * 3_600_000 + minute * 60_000 + second * 1000 + fraction)
    }

    /// The inverse of ``civil(fromDays:)``.
    private static func days(year: Int64, month: Int64, day: Int64) -> Int64 {
        let shifted = month <= 2 ? year - 1 : year
        let era = (shifted >= 0 ? shifted : shifted - 399) / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }
}
