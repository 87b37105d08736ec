import ByteText

/// A JWS in compact form, split but not believed: `header.payload.signature` (RFC 7515 section 7.1).
struct CompactToken {
    /// Bytes; longer ones are refused unread. HTTP headers end at a few KiB more.
    static let maximumLength = 8192

    var header: TokenHeader
    var payload: [UInt8]
    var signature: [UInt8]
    /// What the signature covers: `header.payload` as it was sent.
    var signed: ArraySlice<UInt8>

    /// - Returns: `nil` when this is no token.
    init?(_ text: String) {
        guard text.utf8.count <= Self.maximumLength else { return nil }
        let bytes = Array(text.utf8)
        let parts = bytes.split(separator: UInt8(ascii: "."), maxSplits: 3, omittingEmptySubsequences: false)
        guard parts.count == 3, let payload = Base64.url.decode(parts[1]), let signature = Base64.url.decode(parts[2]),
            let header = Self.header(parts[0])
        else { return nil }
        self.header = header
        self.payload = payload
        self.signature = signature
        signed = bytes[..<parts[1].endIndex]
    }

    /// `{"alg":"HS256","typ":"JWT"}` and its transposition, which nearly every outside token carries, are recognised
    /// without JSON: every connect passes here.
    private static func header(_ encoded: ArraySlice<UInt8>) -> TokenHeader? {
        if encoded.elementsEqual(plainHS256) || encoded.elementsEqual(plainHS256Transposed) {
            return TokenHeader(alg: "HS256")
        }
        // What is malformed is no token.
        guard let text = Base64.url.decode(encoded), let json = try? TokenJSON(text) else { return nil }
        return try? TokenHeader(json)
    }

    private static let plainHS256 = Array("eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9".utf8)
    private static let plainHS256Transposed = Array("eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzI1NiJ9".utf8)
}
