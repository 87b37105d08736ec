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
}
