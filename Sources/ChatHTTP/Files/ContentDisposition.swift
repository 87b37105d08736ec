/// `Content-Disposition` for a download (RFC 6266): the name in ASCII for old clients, and as it is (RFC 8187).
enum ContentDisposition {
    private static let attributeCharacters = Set(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!#$&+-.^_`|~".utf8)

    static func header(inline: Bool, name: String) -> String {
        let kind = inline ? "inline" : "attachment"
        let ascii = String(
            name.unicodeScalars.map { scalar -> Character in
                let isPlain = (0x20..<0x7F).contains(scalar.value) && scalar != "\"" && scalar != "\\" && scalar != "%"
                return isPlain ? Character(scalar) : "_"
            })
        let encoded = name.utf8.map { byte in
            attributeCharacters.contains(byte) ? String(UnicodeScalar(byte)) : "%" + hexadecimal(byte)
        }.joined()
        return "\(kind); filename=\"\(ascii)\"; filename*=UTF-8''\(encoded)"
    }

    private static func hexadecimal(_ byte: UInt8) -> String {
        let digits = String(byte, radix: 16, uppercase: true)
        return digits.utf8.count == 1 ? "0" + digits : digits
    }
}
