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
        #expect(text == "id: a\nusername: alice\navatar_url: -\nblocked: no\nn: 3")
    }

    @Test("A list is a table, with the way to the next page")
    func list() throws {
        let text = try Self.plain(#"{"items":[{"id":"a","n":10},{"id":"bcd","n":2}],"next":"7"}"#)
        #expect(text == "id   n\na    10\nbcd  2\nmore: --after 7")
        #expect(try Self.plain(#"{"items":[],"next":null}"#) == "(none)")
    }

    @Test("Control characters of a name do not reach the terminal")
    func controlCharacters() throws {
        let text = try Self.plain(#"{"username":"a\u001b[2Jb\nc\u009bd"}"#)
        #expect(text == "username: a [2Jb c d")
    }
}
