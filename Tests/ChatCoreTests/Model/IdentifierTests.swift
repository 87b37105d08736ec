import ByteText
import ChatCore
import Testing

@Suite struct IdentifierTests {
    @Test("Ids are 1 to 128 visible characters of ASCII", arguments: [
        "a", "A-Z_0.9:x", String(repeating: "x", count: 128), "auth0|507f1f77bcf86cd799439020", "jane@example.org",
        "google-oauth2|103547991597142817347", "https://id.example.org/users/7?a=b#c", "CN=Jane,O=Example",
        "{8f14e45f}", "dXNlcjo3+/==", "!", "~", "...", "a/b", "%2F", "@a", "\"'\\<>&",
    ])
    func allowed(text: String) { #expect(IdentifierRule.allows(ByteString(text))) }

    @Test("Other ids are not", arguments: [
        "", ".", "..", " ", "a b", "é", "a\n", "\u{7F}", "a\u{200B}", "\u{0}", String(repeating: "x", count: 129),
        "\u{FF41}",
    ])
    func refused(text: String) { #expect(!IdentifierRule.allows(ByteString(text))) }

    @Test("Names of cursors and files are of fewer characters")
    func plainNames() {
        for name in ["a", "A-Z_0.9:x", String(repeating: "x", count: 64)] {
            #expect(IdentifierRule.allowsAsPlainName(name))
        }
        for name in ["", "a b", "é", "a/b", "@a", String(repeating: "x", count: 65), "a\n"] {
            #expect(!IdentifierRule.allowsAsPlainName(name))
        }
    }
}
