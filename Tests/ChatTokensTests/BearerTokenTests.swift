import ByteText
import ChatCore
import Testing

@Suite("Tokens as people send them")
struct BearerTokenTests {
    @Test(
        "A header names its scheme in any case, with blanks around",
        arguments: [
            ("Bearer a.b.c", "a.b.c"), ("bearer   a.b.c ", "a.b.c"), ("\tBEARER\ta.b.c\r\n", "a.b.c"),
        ])
    func header(value: String, token: String) {
        #expect(BearerToken.inHeader(ByteString(value)) == ByteString(token))
    }

    @Test(
        "Another scheme, or none, is no token",
        arguments: ["", "Bearer", "Bearer ", "Basic abc", "a.b.c", "Bearera.b"])
    func noToken(value: String) {
        #expect(BearerToken.inHeader(ByteString(value)) == nil)
    }

    @Test(
        "By itself a token may have the scheme or not",
        arguments: [("a.b.c", "a.b.c"), (" a.b.c\n", "a.b.c"), ("Bearer a.b.c", "a.b.c"), ("\n", ""), ("", "")])
    func alone(value: String, token: String) {
        #expect(BearerToken.alone(ByteString(value)) == ByteString(token))
    }
}
