import ByteText

/// The plain `filename` of a form, as programs really write it.
///
/// - Browsers write a quote as `%22`, and the ends of lines as `%0D` and `%0A` (WHATWG HTML, "multipart/form-data
///   encoding algorithm"), and nothing else so: any other `%` is one.
/// - Mail libraries write encoded words (RFC 2047): `=?utf-8?B?…?=`, `=?iso-8859-1?Q?…?=`, one after the other.
enum FileNameText {
    static func decoded(_ text: ByteString) -> ByteString {
        let words = withoutEncodedWords(Array(text.utf8))
        return words ?? withoutBrowserEscapes(text)
    }

    // MARK: Browsers

    private static func withoutBrowserEscapes(_ text: ByteString) -> ByteString {
        guard text.utf8.contains(UInt8(ascii: "%")) else { return text }
        let bytes = Array(text.utf8)
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count)
        var index = 0
        while index < bytes.count {
            if bytes[index] == UInt8(ascii: "%"), index + 2 < bytes.count, let high = bytes[index + 1].hexadecimalDigit,
                let low = bytes[index + 2].hexadecimalDigit, [0x22, 0x0D, 0x0A].contains(high << 4 | low)
            {
                result.append(high << 4 | low)
                index += 3
            } else {
                result.append(bytes[index])
                index += 1
            }
        }
        return ByteString(decoding: result)
    }

    // MARK: Encoded words

    private struct Word {
        var charset: ByteString
        var bytes: [UInt8]
        var end: Int
    }

    /// `nil` for a text without an encoded word that is understood.
    private static func withoutEncodedWords(_ text: [UInt8]) -> ByteString? {
        var result: [UInt8] = []
        var isFound = false
        var index = 0
        while index < text.count {
            guard let word = word(in: text, at: index) else {
                result.append(text[index])
                index += 1
                continue
            }
            // A character may be cut in two between words, which libraries should not do and do.
            var whole = word
            while let next = self.word(in: text, at: afterBlanks(text, whole.end)),
                next.charset.equalsIgnoringCase(whole.charset)
            {
                whole.bytes += next.bytes
                whole.end = next.end
            }
            guard let decoded = NameCharset.text(of: whole.bytes, in: whole.charset) else {
                result += text[index..<whole.end]
                index = whole.end
                continue
            }
            isFound = true
            result += decoded.utf8
            // Blanks between two words only part them.
            let next = afterBlanks(text, whole.end)
            index = self.word(in: text, at: next) == nil ? whole.end : next
        }
        return isFound ? ByteString(decoding: result) : nil
    }

    private static func afterBlanks(_ text: [UInt8], _ start: Int) -> Int {
        text[start...].firstIndex { !$0.isASCIISpace } ?? text.count
    }

    /// The word that begins there: `=?charset?B or Q?text?=`.
    private static func word(in text: [UInt8], at start: Int) -> Word? {
        let mark = UInt8(ascii: "?")
        guard start + 1 < text.count, text[start] == UInt8(ascii: "="), text[start + 1] == mark,
            let charsetEnd = text[(start + 2)...].prefix(41).firstIndex(of: mark), charsetEnd + 2 < text.count,
            text[charsetEnd + 2] == mark
        else { return nil }
        let encoded = text[(charsetEnd + 3)...].prefix { $0 != mark && !$0.isASCIISpace }
        guard encoded.endIndex + 1 < text.count, text[encoded.endIndex] == mark,
            text[encoded.endIndex + 1] == UInt8(ascii: "=")
        else { return nil }
        // A language may follow the charset (RFC 2231 section 5).
        let charset = text[(start + 2)..<charsetEnd].prefix { $0 != UInt8(ascii: "*") }
        let bytes: [UInt8]?
        switch text[charsetEnd + 1].asciiLowercased {
        case UInt8(ascii: "b"): bytes = Base64.standard.decode(encoded)
        case UInt8(ascii: "q"): bytes = quoted(encoded)
        default: bytes = nil
        }
        return bytes.map { Word(charset: ByteString(decoding: charset), bytes: $0, end: encoded.endIndex + 2) }
    }

    private static func quoted(_ text: ArraySlice<UInt8>) -> [UInt8]? {
        var bytes: [UInt8] = []
        var rest = text
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "_"): bytes.append(UInt8(ascii: " "))
            case UInt8(ascii: "="):
                guard let high = rest.popFirst()?.hexadecimalDigit, let low = rest.popFirst()?.hexadecimalDigit else {
                    return nil
                }
                bytes.append(high << 4 | low)
            default: bytes.append(byte)
            }
        }
        return bytes
    }
}
