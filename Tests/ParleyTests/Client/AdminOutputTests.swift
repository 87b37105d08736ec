import JSON
import NIOCore
import Testing

@testable import parley

@Suite("What the shell commands print")
struct AdminOutputTests {
    private static func plain(_ json: String) throws -> String {
        AdminOutput.plain(try JSONValue(parsing: ByteBuffer(string: json)))
    }

    @Test("An object is a line a field, what names it first")
    func object() throws {
        let text = try Self.plain(#"{"blocked":false,"username":"alice","id":"a","avatar_url":null,"n":3}"#)
        #expect(text == "id: a\nusername: alice\nblocked: no\navatar_url: -\nn: 3")
    }

    @Test("A list is a table, with the way to the next page")
    func list() throws {
        let text = try Self.plain(#"{"items":[{"id":"a","n":10},{"id":"bcd","n":2}],"next":"7"}"#)
        #expect(text == "id   n\na    10\nbcd  2\nmore: --after 7")
        #expect(try Self.plain(#"{"items":[],"next":null}"#) == "(none)")
    }

    @Test("What a terminal would obey is written out; joiners of words and emoji stay")
    func controlCharacters() throws {
        let text = try Self.plain(#"{"username":"a\u001b[2Jb\nc\u009bd\u202Ee"}"#)
        #expect(text == #"username: a\u{1B}[2Jb\nc\u{009B}d\u{202E}e"#)
        #expect(try Self.plain(#"{"name":"👨\u200d👩 ❤\ufe0f"}"#) == "name: 👨\u{200D}👩 ❤\u{FE0F}")
    }

    @Test(
        "Only what was asked for is a token, an id, or the ids of a list",
        arguments: [
            (#"{"token":"t","token_id":"i","user_id":"u"}"#, ["t"]), (#"{"id":"a","username":"b"}"#, ["a"]),
            (#"{"items":[{"user_id":"u","role":"owner"},{"user_id":"v"}],"next":"x"}"#, ["u", "v"]),
            (#"{"items":[{"token_id":"i","user_id":"u"}]}"#, ["i"]), (#"{"items":[{"sid":"s","user_id":"u"}]}"#, ["s"]),
            (#"{"items":[]}"#, []), (#"{"status":"ok"}"#, []),
        ])
    func brief(json: String, lines: [String]) throws {
        #expect(AdminOutput.brief(try JSONValue(parsing: ByteBuffer(string: json))) == lines)
    }
}
