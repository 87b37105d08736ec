import ChatCore
import Testing

@Suite("The rules of single fields")
struct FieldRulesTests {
    private func code(_ body: () throws -> Void) -> ChatError.Code? {
        do {
            try body()
            return nil
        } catch {
            return (error as? ChatError)?.code
        }
    }

    @Test("Length is counted in Unicode scalars, not in bytes or characters")
    func scalars() {
        let policy = ChatPolicy(maxMessageLength: 4)
        func check(_ text: String) -> ChatError.Code? {
            code { try FieldRules.content(text, kind: .text, hasAttachments: false, policy) }
        }
        #expect(check("👋👋👋👋") == nil)
        #expect(check("👩‍👩‍👧") == .tooLong)
        #expect(check("12345") == .tooLong)
        #expect(check("") == .invalid)
        #expect(check(" ") == .invalid)
    }

    @Test("A caption may be empty where there is an attachment, a text may not")
    func captions() {
        func check(_ kind: Message.Kind, _ hasAttachments: Bool) -> ChatError.Code? {
            code { try FieldRules.content("", kind: kind, hasAttachments: hasAttachments, ChatPolicy()) }
        }
        #expect(check(.image, true) == nil)
        #expect(check(.file, true) == nil)
        #expect(check(.image, false) == .invalid)
        #expect(check(.system, true) == .invalid)
    }

    @Test("No text of a person's holds U+0000")
    func nul() {
        let text = "a\u{0}b"
        #expect(code { try FieldRules.content(text, kind: .text, hasAttachments: false, ChatPolicy()) } == .invalid)
        #expect(code { try FieldRules.content(text, kind: .image, hasAttachments: true, ChatPolicy()) } == .invalid)
        #expect(code { try FieldRules.content(text, kind: .system, hasAttachments: false, ChatPolicy()) } == .invalid)
        #expect(code { _ = try FieldRules.username(text) } == .invalid)
        #expect(code { _ = try FieldRules.optionalName(text, field: "name") } == .invalid)
        #expect(code { _ = try FieldRules.avatarURL("/" + text) } == .invalid)
        #expect(code { _ = try FieldRules.emoji(text) } == .invalid)
        #expect(code { try FieldRules.clientID(text) } == .invalid)
    }

    @Test(
        "An avatar's address leads to a host by http, or to a path here",
        arguments: [
            "https://a.example/x.png", "HTTP://a", "http://[::1]:8080/x", "https://user@a.example/", "/", "/a", "/a//b",
            "https://a?b",
        ])
    func avatars(address: String) throws {
        #expect(try FieldRules.avatarURL(" " + address) == address)
    }

    @Test(
        "An avatar's address that a browser would take elsewhere is refused",
        arguments: [
            "//evil.example/x", "/\\evil.example", "\\\\evil.example", "https://", "https:///evil.example",
            "http://\\evil", "https://:80/", "https://user@/", "https:evil", "javascript:alert(1)",
            "data:image/png;base64,AAAA", "x.png", "https//a", "/a\tb", "https://a\nb", "ftp://a/",
        ])
    func strayAvatars(address: String) {
        #expect(code { _ = try FieldRules.avatarURL(address) } == .invalid)
    }

    @Test("Names are trimmed and bounded")
    func names() throws {
        #expect(try FieldRules.username("\u{3000}\tAnn B. \n") == "Ann B.")
        #expect(try FieldRules.username(String(repeating: "é", count: 64)).count == 64)
        #expect(code { _ = try FieldRules.username(String(repeating: "é", count: 65)) } == .tooLong)
        #expect(code { _ = try FieldRules.username("a\u{85}b") } == .invalid)
        #expect(code { _ = try FieldRules.username("a\u{2028}b") } == .invalid)
        #expect(try FieldRules.optionalName("  ", field: "name") == nil)
    }

    @Test("A clientId is 1 to 64 of U+0021 to U+007E", arguments: ["", " ", "a b", "\u{7F}", "é", "\t"])
    func clientIDs(_ text: String) {
        #expect(code { try FieldRules.clientID(text) } == .invalid)
        #expect(code { try FieldRules.clientID("!~") } == nil)
        #expect(code { try FieldRules.clientID(String(repeating: "~", count: 65)) } == .invalid)
    }

    @Test("A user's own id is always a username of theirs, and no longer name is")
    func ownID() throws {
        let id = UserID("https://id.example.org/" + String(repeating: "u", count: 105))
        #expect(try FieldRules.username(id.rawValue, of: id) == id.rawValue)
        #expect(code { _ = try FieldRules.username(id.rawValue) } == .tooLong)
        #expect(code { _ = try FieldRules.username(id.rawValue, of: UserID("u")) } == .tooLong)
        #expect(code { _ = try FieldRules.username("a b\u{200B}", of: UserID("a b\u{200B}")) } == .invalid)
    }
}
