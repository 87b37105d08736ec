import ByteText
import ChatCore
import Testing

@testable import ChatImport

@Suite("Names of other programs")
struct ForeignNamesTests {
    @Test("What no username has is left out, and the rest is cut to its length")
    func usernames() {
        #expect(ForeignNames.username("ann") == "ann")
        #expect(ForeignNames.username(" ann\u{202E}\n\u{200B} ") == "ann")
        #expect(ForeignNames.username("\u{200B}\u{0}") == nil)
        #expect(ForeignNames.username(ByteString(String(repeating: "x", count: 3_000_000)))?.unicodeScalars.count == 64)
        #expect(ForeignNames.numbered(String(repeating: "x", count: 64), 12).unicodeScalars.count == 64)
        #expect(ForeignNames.numbered("ann", 2) == "ann-2")
    }

    @Test("Ids are the names themselves where these may be ids, else the same digest at each import")
    func ids() {
        #expect(ForeignID.user("U0123").rawValue == "U0123")
        let odd = ForeignID.user("a name with blanks")
        #expect(odd == ForeignID.user("a name with blanks") && IdentifierRule.allows(odd.bytes))
        #expect(odd != ForeignID.user("a name with  blanks"))
        #expect(IdentifierRule.allows(ForeignID.chat(ByteString(String(repeating: "x", count: 100_000))).bytes))
    }

    @Test("A place is one number and comes back")
    func places() {
        for place in [ForeignPlace(entry: 0, item: 0), ForeignPlace(entry: 3_999_999, item: 68_719_476_735)] {
            #expect(ForeignPlace(packed: place.packed) == place)
        }
    }
}
