import Testing

@testable import parley

@Suite("Times and sizes as people write them")
struct QuantityTests {
    @Test(
        "A time is a number with a unit, or a plain one in the option's unit",
        arguments: [
            ("90s", 90_000), ("15m", 900_000), ("12h", 43_200_000), ("30d", 2_592_000_000), ("2w", 1_209_600_000),
            ("250ms", 250), ("1h30m", 5_400_000), ("1h 30m", 5_400_000), ("1.5h", 5_400_000), ("0.5s", 500),
            ("30 days", 2_592_000_000), ("1 Hour", 3_600_000), ("90S", 90_000), ("30D", 2_592_000_000), (" 5s ", 5_000),
            ("0", 0), ("0s", 0), ("007s", 7_000), ("25", 25_000), ("25.5", 25_500),
        ])
    func durations(text: String, milliseconds: Int) {
        #expect(DurationSetting(text, plain: .seconds)?.milliseconds == milliseconds)
    }

    @Test("A plain number counts the option's unit")
    func plain() {
        #expect(DurationSetting("25000", plain: .milliseconds)?.duration == .seconds(25))
        #expect(DurationSetting("25000", plain: .seconds)?.wholeSeconds == 25_000)
        #expect(DurationSetting("1500ms", plain: .seconds)?.wholeSeconds == nil)
    }

    @Test(
        "What is no time is none",
        arguments: [
            "", " ", "s", "-5s", "+5s", "5x", "5M", "5 M", "1.s", ".5s", "1..5s", "1,5h", "5s5", "5 5", "5s x", "1e3",
            "0.0001s", "٥s", "5ｓ", "9223372036854775808", "9223372036854775807s", "1h9223372036854775807ms",
            "99999999999999999999d", "1.0000000000s", "0x10", "P1D", "1:30",
        ])
    func noDurations(text: String) {
        #expect(DurationSetting(text, plain: .seconds) == nil)
    }

    @Test("The longest time is what an Int holds, and not a millisecond more")
    func overflow() {
        #expect(DurationSetting("9223372036854775807ms", plain: .seconds)?.milliseconds == .max)
        #expect(DurationSetting("9223372036854775808ms", plain: .seconds) == nil)
        #expect(DurationSetting("9223372036854775s 807ms", plain: .seconds)?.milliseconds == .max)
        #expect(DurationSetting("9223372036854775s 808ms", plain: .seconds) == nil)
    }

    @Test(
        "A size counts in thousands, with an i or as a bare letter in 1024s",
        arguments: [
            ("1500000", 1_500_000), ("10MB", 10_000_000), ("10mb", 10_000_000), ("10 MB", 10_000_000),
            ("1GiB", 1 << 30), ("1Gi", 1 << 30), ("64k", 65_536), ("64K", 65_536), ("64kB", 64_000), ("64KiB", 65_536),
            ("512B", 512), ("1T", 1 << 40), ("2PB", 2_000_000_000_000_000), ("1.5GB", 1_500_000_000), ("0.5k", 512),
            ("0", 0), ("9223372036854775807", .max),
        ])
    func sizes(text: String, bytes: Int) {
        #expect(ByteSize(text)?.bytes == bytes)
    }

    @Test(
        "What is no size is none",
        arguments: [
            "", "k", "-1", "1 0", "10MiBs", "1kk", "1E", "1e6", "1GB1MB", "0.3k", "0.5B", "9223372036854775808",
            "9007199254740992k", "10,000", "1_000", "1.5",
        ])
    func noSizes(text: String) {
        #expect(ByteSize(text) == nil)
    }
}
