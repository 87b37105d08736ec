import ByteText
import ChatCore
import Testing

@testable import ChatImport

@Suite("Discord's texts and times")
struct DiscordTextTests {
    @Test(
        "Marks become what people read, and nothing else is touched",
        arguments: [
            ("<@1> <@!1> <@2> <@&3>", "@ann @ann @2 @3"), ("<#5>", "#5"), ("<:x:1> <a:y_z:2>", ":x: :y_z:"),
            ("a < b > c <@x> <t:1:R> &amp;", "a < b > c <@x> <t:1:R> &amp;"), ("<", "<"), ("<<@1>>", "<@ann>"),
        ])
    func texts(_ given: String, _ wanted: String) {
        #expect(DiscordText { $0 == "1" ? "ann" : nil }.plain(ByteString(given)) == wanted)
    }

    @Test("Times have offsets")
    func times() {
        let wanted = "2023-01-31T10:00:00.123Z"
        for text in ["2023-01-31T12:00:00.123+02:00", "2023-01-31T05:30:00.1234567-04:30", "2023-01-31T10:00:00.123Z"] {
            #expect(DiscordTime.timestamp(ByteString(text))?.rfc3339 == wanted)
        }
        for wrong in [
            "", "2023-01-31", "2023-01-31T12:00:00+0200", "2023-01-31T12:00:00+25:00", "2023-01-31T12:00:00*02:00",
        ] {
            #expect(DiscordTime.timestamp(ByteString(wrong)) == nil, "\(wrong)")
        }
    }

    @Test("Paths are written with percent signs")
    func percent() {
        #expect(PercentText.decoded("a%20b%C3%A4%zz%2") == "a bä%zz%2")
    }
}
