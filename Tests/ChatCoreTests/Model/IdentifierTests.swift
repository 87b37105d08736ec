import ChatCore
import Testing

@Suite struct IdentifierTests {
    @Test(
        "Ids of 1 to 64 of the allowed characters are allowed",
        arguments: ["a", "A-Z_0.9:x", String(repeating: "x", count: 64)])
    func allowed(text: String) { #expect(IdentifierRule.allows(text)) }

    @Test("Other ids are not", arguments: ["", "a b", "é", "a/b", "@a", String(repeating: "x", count: 65), "a\n"])
    func refused(text: String) { #expect(!IdentifierRule.allows(text)) }
}
