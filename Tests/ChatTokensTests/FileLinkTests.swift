import ChatCore
import ChatTokens
import Testing

@Suite("Signatures of files' addresses")
struct FileLinkTests {
    private let expiry = Timestamp(milliseconds: 1_769_860_800_500)

    @Test("A signature holds for its file, its user and its time, under its secret, and for nothing else")
    func bound() throws {
        let (secret, other) = (SigningSecret.random(), SigningSecret.random())
        let links = FileLinkAuthority(secret: secret)
        let signature = links.signature(of: FileID("f"), for: UserID("u"), until: expiry)
        #expect(links.holds(signature, of: FileID("f"), for: UserID("u"), until: expiry))
        let cut = Timestamp(milliseconds: 1_769_860_800_000)
        #expect(links.holds(signature, of: FileID("f"), for: UserID("u"), until: cut))
        #expect(!links.holds(signature, of: FileID("g"), for: UserID("u"), until: expiry))
        #expect(!links.holds(signature, of: FileID("f"), for: UserID("u"), until: expiry.advanced(by: .seconds(1))))
        #expect(!links.holds(signature, of: FileID("f"), for: UserID("v"), until: expiry))
        #expect(!links.holds(signature + "A", of: FileID("f"), for: UserID("u"), until: expiry))
        #expect(!links.holds("", of: FileID("f"), for: UserID("u"), until: expiry))
        #expect(!FileLinkAuthority(secret: other).holds(signature, of: FileID("f"), for: UserID("u"), until: expiry))
        #expect(FileLinkAuthority(secret: secret).holds(signature, of: FileID("f"), for: UserID("u"), until: expiry))
    }

    @Test("An address is relative, and says until when it is good in whole seconds")
    func address() throws {
        let links = FileLinkAuthority(secret: .random())
        let signature = links.signature(of: FileID("f"), for: UserID("u/ü"), until: expiry)
        let address = FileAddress.signed(FileID("f"), for: UserID("u/ü"), until: expiry, by: links)
        #expect(address == "/files/f?expires=1769860800&user=u%2F%C3%BC&signature=\(signature)")
        #expect(signature.utf8.count == 32)
    }
}
