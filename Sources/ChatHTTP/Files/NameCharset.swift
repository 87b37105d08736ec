import ByteText

/// The charsets in which names of files come, besides UTF-8: what browsers, mail programs and older libraries write.
enum NameCharset {
    /// The text; `nil` for a charset that is not known here, and for bytes that are none of it.
    static func text(of bytes: [UInt8], in charset: ByteString) -> ByteString? {
        switch charset.asciiLowercased {
        case "utf-8", "utf8", "us-ascii", "ascii":
            return String(validating: bytes, as: UTF8.self).map { ByteString($0) }
        // Whoever says ISO-8859-1 means Windows' superset of it (WHATWG Encoding, section 4.2).
        case "iso-8859-1", "latin1", "windows-1252", "cp1252":
            return ByteString(String(String.UnicodeScalarView(bytes.map(windows1252))))
        default:
            return nil
        }
    }

    private static func windows1252(_ byte: UInt8) -> Unicode.Scalar {
        guard (0x80..<0xA0).contains(byte) else { return Unicode.Scalar(byte) }
        return Unicode.Scalar(upper[Int(byte) - 0x80]) ?? Unicode.Scalar(byte)
    }

    private static let upper: [UInt16] = [
        0x20AC, 0x81, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0x8D,
        0x017D, 0x8F, 0x90, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A,
        0x0153, 0x9D, 0x017E, 0x0178,
    ]
}
