import ChatCore
import Testing

@Suite("Reactions in one spelling")
struct EmojiSpellingTests {
    private func same(_ one: String, _ other: String) -> Bool { one.utf8.elementsEqual(other.utf8) }

    @Test("With and without U+FE0F it is one reaction, told as keyboards send it", arguments: [
        ("❤", "❤\u{FE0F}"), ("☝", "☝\u{FE0F}"), ("☝🏽", "☝🏽"), ("👍", "👍"), ("👍🏽", "👍🏽"),
        ("1\u{20E3}", "1\u{FE0F}\u{20E3}"),
        ("🏳\u{200D}🌈", "🏳\u{FE0F}\u{200D}🌈"), ("🏃\u{200D}♂", "🏃\u{200D}♂\u{FE0F}"),
        ("👁\u{200D}🗨", "👁\u{FE0F}\u{200D}🗨\u{FE0F}"), ("❤\u{200D}🔥", "❤\u{FE0F}\u{200D}🔥"), ("🇩🇪", "🇩🇪"),
        ("👩\u{200D}👩\u{200D}👧\u{200D}👦", "👩\u{200D}👩\u{200D}👧\u{200D}👦"),
        ("🏴\u{E0067}\u{E0062}\u{E0065}\u{E006E}\u{E0067}\u{E007F}",
         "🏴\u{E0067}\u{E0062}\u{E0065}\u{E006E}\u{E0067}\u{E007F}"),
        ("\u{1112}\u{1161}\u{11AB}", "한"), ("한", "한"), ("e\u{301}", "é"), ("é", "é"), (":e\u{301}te\u{301}:", ":été:"),
        (":party_parrot:", ":party_parrot:"), ("+1", "+1"), ("plus 1 #", "plus 1 #"), ("ха-ха", "ха-ха"),
    ])
    func spelling(bare: String, told: String) throws {
        #expect(same(try FieldRules.emoji(bare), told))
        #expect(same(try FieldRules.emoji(told), told), "what is told is taken")
        #expect(same(try FieldRules.emoji(bare + "\u{FE0F}"), told))
        #expect(same(try FieldRules.emoji(bare + "\u{FE0E}"), told))
    }

    @Test("A reaction shows something, and hides nothing", arguments: [
        "", " ", "\u{FE0F}", "\u{200D}", "\u{200B}", "\u{202E}", "👍\u{200B}", "\u{202E}x", " x",
        "x\n", "a\u{0}b", "\u{301}",
    ])
    func refused(text: String) {
        let error = #expect(throws: ChatError.self) { try FieldRules.emoji(text) }
        #expect(error?.code == .invalid && error?.field == "emoji")
    }

    @Test("It has 64 bytes at most, U+FE0F aside, and is bounded before it is looked at")
    func length() throws {
        _ = try FieldRules.emoji(String(repeating: "x", count: 64))
        let signs = String(repeating: "❤", count: 21)
        #expect(try FieldRules.emoji(signs).utf8.count == 126)
        _ = try FieldRules.emoji(try FieldRules.emoji(signs))
        for long in [
            String(repeating: "x", count: 65), String(repeating: "👋", count: 17),
            "x" + String(repeating: "\u{FE0F}", count: 1000), String(repeating: "\u{1D15E}", count: 16),
        ] {
            #expect(throws: ChatError.self) { try FieldRules.emoji(long) }
        }
    }
}
