/// The JOSE header, as far as it decides who may check the signature (RFC 7515 section 4.1).
struct TokenHeader: Codable, Sendable {
    var alg: String
    var kid: String?
    var typ: String?
    /// Extensions that must be understood; none is, so a token with any is refused.
    var crit: [String]?
}
