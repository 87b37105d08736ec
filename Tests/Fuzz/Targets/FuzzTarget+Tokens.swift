import ByteText
import ChatCore

@testable import ChatTokens

extension FuzzTarget {
    private static let authority = TokenAuthority(
        ring: KeyRing(current: .random()), clock: { Timestamp(milliseconds: 1_800_000_000_000) })
    private static let tickets = RecoveryTicketAuthority(secret: .random())
    private static let links = FileLinkAuthority(secret: .random())

    /// Tokens, recovery tickets, signatures of file addresses: nobody makes one without the secret.
    static let token = FuzzTarget("token") { bytes in
        let text = FuzzInput(bytes).text
        if let compact = CompactToken(text) {
            try require(compact.signed.count < bytes.count, "the signature is signed too")
        }
        try require((try? authority.verify(text)) == nil, "a token of nobody's was taken")
        try require(tickets.open(text, for: UserID("u")) == nil, "a ticket of nobody's was taken")
        if let decoded = Base64.url.decode(Array(bytes)[...]) {
            let again = Base64.url.encode(decoded)
            try require(again.utf8.elementsEqual(bytes), "\(text) has another spelling, \(again)")
        }
    }
}
