/// One call of the admin endpoint.
struct AdminCall: Sendable {
    enum Method: String, Sendable {
        case get = "GET"
        case post = "POST"
        case put = "PUT"
        case patch = "PATCH"
        case delete = "DELETE"
    }

    var method: Method
    /// With the query, percent-encoded.
    var path: String
    /// JSON text.
    var body: String?

    init(_ method: Method, _ path: String, body: String? = nil) {
        self.method = method
        self.path = path
        self.body = body
    }

    /// A part of a path or a value of a query, percent-encoded (RFC 3986 section 2.3: all but the unreserved).
    static func encoded(_ text: String) -> String {
        var output = ""
        for byte in text.utf8 {
            let character = Character(UnicodeScalar(byte))
            if byte < 0x80, character.isLetter || character.isNumber || "-._~".contains(character) {
                output.append(character)
            } else {
                let digits = String(byte, radix: 16, uppercase: true)
                output += "%" + (digits.count == 1 ? "0" : "") + digits
            }
        }
        return output
    }
}
