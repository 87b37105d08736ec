import ByteText
import JSON

/// The JOSE header, as far as it decides who may check the signature (RFC 7515 section 4.1).
struct TokenHeader: Sendable {
    var alg: ByteString
    var kid: ByteString?
    var typ: ByteString?
}

extension TokenHeader {
    /// - Throws: `Malformed` when it does not say how it is signed, or names extensions that must be understood
    ///   (`crit`): we understand none.
    init(_ json: TokenJSON) throws(TokenJSON.Malformed) {
        guard let alg = try json.text("alg") else { throw TokenJSON.Malformed() }
        self.init(alg: alg, kid: try json.text("kid"), typ: try json.text("typ"))
        switch json["crit"] {
        case nil, .null: return
        default: throw TokenJSON.Malformed()
        }
    }
}
