import ChatCore
import Testing

@Suite struct TimestampReadingTests {
    @Test("What is written is read back, over four centuries of days")
    func inverse() {
        for day in stride(from: Int64(-719_468), to: 120_000, by: 13) {
            let time = Timestamp(milliseconds: day * 86_400_000 + 45_296_507)
            #expect(Timestamp(rfc3339: time.rfc3339) == time)
        }
    }

    @Test("Fractions of one to nine digits, or none")
    func fractions() {
        for (text, milliseconds) in [
            ("1970-01-01T00:00:01Z", 1000), ("1970-01-01T00:00:01.5Z", 1500), ("1970-01-01T00:00:01.25Z", 1250),
            ("1970-01-01T00:00:00.999999999Z", 999), ("1970-01-01T00:00:00.0001Z", 0),
        ] { #expect(Timestamp(rfc3339: text)?.milliseconds == Int64(milliseconds), "\(text)") }
    }

    @Test("Nothing else is a time", arguments: [
        "", "2026-01-01", "2026-01-01T00:00:00", "2026-01-01T00:00:00+01:00", "2026-01-01 00:00:00Z",
        "2026-13-01T00:00:00Z", "2026-00-01T00:00:00Z", "2026-02-29T00:00:00Z", "2026-01-32T00:00:00Z",
        "2026-01-01T24:00:00Z", "2026-01-01T00:60:00Z", "2026-01-01T00:00:60Z", "2026-01-01T00:00:00.Z",
        "2026-01-01T00:00:00.1234567890Z", "2026-01-01T00:00:00.12x4Z", "２026-01-01T00:00:00Z", "+026-01-01T00:00:00Z",
    ])
    func refused(_ text: String) { #expect(Timestamp(rfc3339: text) == nil) }
}
