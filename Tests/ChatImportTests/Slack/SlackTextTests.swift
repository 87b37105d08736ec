import ByteText
import ChatCore
import Testing

@testable import ChatImport

@Suite("Slack's texts and times")
struct SlackTextTests {
    @Test(
        "Mentions, channels, links and entities become what people read",
        arguments: [
            ("plain", "plain"), ("a &amp; b &lt;c&gt; &amp;lt; &quot;", "a & b <c> &lt; &quot;"),
            ("<@U1> and <@U1|old>", "@ann and @ann"), ("<@U9|who>, <@U8>", "@who, @U8"),
            ("<#C1|was>, <#C9|other>, <#C8|>", "#general, #other, #C8"),
            ("<!here> <!channel> <!everyone|everyone>", "@here @channel @everyone"),
            ("<!subteam^S1|@team>", "@team"), ("<!date^1392734382^{date}|18 February>", "18 February"),
            ("<https://a.example>", "https://a.example"), ("<http://a.example|a.example>", "a.example"),
            ("<https://a.example/?a=1&amp;b=2|a &gt; b>", "a > b (https://a.example/?a=1&b=2)"),
            ("<mailto:a@b.example|a@b.example>", "a@b.example"), ("<mailto:a@b.example|Ann>", "Ann (a@b.example)"),
            ("<tel:+1|call>", "call (+1)"), ("1 < 2 <@U1>", "1 < 2 @ann"), ("<@U1", "<@U1"), ("<>", ""),
            ("Grüße, <@U1> 👋", "Grüße, @ann 👋"),
        ])
    func texts(_ given: String, _ wanted: String) {
        let text = SlackText(
            user: { ["U1": "ann"][$0] }, channel: { ["C1": "general"][$0] })
        #expect(text.plain(ByteString(given)) == wanted)
    }

    @Test("A time is known to the microsecond")
    func times() {
        #expect(SlackTime("1356032811.000002")?.microseconds == 1_356_032_811_000_002)
        #expect(SlackTime("1356032811")?.timestamp.rfc3339 == "2012-12-20T19:46:51.000Z")
        #expect(SlackTime("1356032811.5")?.timestamp.rfc3339 == "2012-12-20T19:46:51.500Z")
        #expect(SlackTime("1356032811.123456789")?.microseconds == 1_356_032_811_123_456)
        for wrong in ["", ".", "1.", "x", "-1.000000", "1356032811.00000x", "99999999999999.1", "1.2.3"] {
            #expect(SlackTime(ByteString(wrong)) == nil, "\(wrong)")
        }
    }

    @Test("Reactions get their emoji, with the tone of skin; others stay by name")
    func emoji() {
        #expect(ForeignEmoji.reaction("thumbsup") == "👍")
        #expect(ForeignEmoji.reaction("+1::skin-tone-3") == "👍🏼")
        #expect(ForeignEmoji.reaction("party_parrot") == ":party_parrot:")
        #expect(ForeignEmoji.reaction("").utf8.count <= 64)
        #expect(ForeignEmoji.reaction(ByteString(String(repeating: "x", count: 500))).utf8.count == 64)
    }
}
