import ByteText

/// A header's value with parameters: `form-data; name="file"; filename="a \"b\".png"` (RFC 9110 section 5.6.6). Read
/// byte by byte: who sent it may have put a kilobyte of marks on any of its letters.
struct HeaderParameters: Equatable {
    /// What stands before the first semicolon, in lower case.
    var value: ByteString
    /// By name, in lower case; the first of each.
    var parameters: [ByteString: ByteString] = [:]

    private static let semicolon = UInt8(ascii: ";")
    private static let equals = UInt8(ascii: "=")
    private static let quote = UInt8(ascii: "\"")
    private static let backslash = UInt8(ascii: "\\")

    init(_ text: ByteString) {
        var rest = text.utf8[...]
        value = Self.take(&rest) { $0 == Self.semicolon }.asciiTrimmed.asciiLowercased
        while rest.first == Self.semicolon {
            rest = rest.dropFirst()
            let name = Self.take(&rest) { $0 == Self.equals || $0 == Self.semicolon }.asciiTrimmed.asciiLowercased
            guard rest.first == Self.equals else { continue }
            rest = rest.dropFirst().drop { $0 == UInt8(ascii: " ") }
            let value =
                rest.first == Self.quote
                ? Self.quoted(&rest) : Self.take(&rest) { $0 == Self.semicolon }.asciiTrimmed
            if !name.isEmpty, parameters[name] == nil { parameters[name] = value }
            _ = Self.take(&rest) { $0 == Self.semicolon }
        }
    }

    /// `UTF-8''na%C3%AFve.txt` (RFC 8187, and RFC 5987 before it, which had ISO-8859-1 too); `nil` for another charset
    /// or what is no such value.
    static func extended(_ text: ByteString) -> ByteString? {
        let parts = text.split(separator: "'", maxSplits: 2)
        guard parts.count == 3 else { return nil }
        if parts[0].equalsIgnoringCase("utf-8") { return parts[2].strictlyPercentDecoded }
        return parts[2].strictlyPercentDecodedBytes.flatMap { NameCharset.text(of: $0, in: parts[0]) }
    }

    private static func take(_ rest: inout Substring.UTF8View, until isEnd: (UInt8) -> Bool) -> ByteString {
        let taken = rest.prefix { !isEnd($0) }
        rest = rest[taken.endIndex...]
        return ByteString(decoding: taken)
    }

    private static func quoted(_ rest: inout Substring.UTF8View) -> ByteString {
        var text: [UInt8] = []
        rest = rest.dropFirst()
        while let byte = rest.popFirst(), byte != quote {
            // Browsers escape a quote as %22 and leave a backslash as it is; others write \".
            if byte == backslash, let next = rest.first, next == quote || next == backslash {
                text.append(next)
                rest = rest.dropFirst()
            } else {
                text.append(byte)
            }
        }
        return ByteString(decoding: text)
    }
}
