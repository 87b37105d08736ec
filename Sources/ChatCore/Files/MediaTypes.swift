import ByteText

/// Which types files have, and how each is given out: told by their bytes where browsers would act on them, as their
/// sender says where it only tells people what they get. One table, for uploads, imports and downloads.
public enum MediaTypes {
    /// How a file of a type is given out.
    public enum Service: Sendable, Hashable {
        /// Shown in the page, or played.
        case inline
        /// Saved, under its type.
        case saved
    }

    public static let unknown = "application/octet-stream"

    /// By their bytes alone: a file has one of these types because it is that.
    private static let told: [ByteString: Service] = [
        "image/png": .inline, "image/jpeg": .inline, "image/gif": .inline, "image/webp": .inline,
        "image/avif": .inline, "video/mp4": .inline, "audio/mp4": .inline, "video/webm": .inline,
        "audio/webm": .inline, "video/ogg": .inline, "audio/ogg": .inline, "audio/mpeg": .inline,
        "audio/wav": .inline, "image/heic": .saved, "image/heif": .saved,
    ]

    /// As declared: no browser does more with them than save or play them.
    private static let harmless: Set<ByteString> = [
        "text/plain", "text/csv", "text/markdown", "text/calendar", "text/vcard", "application/pdf", "application/zip",
        "application/gzip", "application/x-tar", "application/x-7z-compressed", "application/json",
        "application/msword", "application/rtf", "application/epub+zip",
    ]

    private static let harmlessPrefixes: [ByteString] = [
        "application/vnd.openxmlformats-", "application/vnd.oasis.", "application/vnd.ms-", "audio/", "video/",
    ]

    /// What a file is called that its bytes tell nothing of: as declared, if that is harmless, else ``unknown``. What
    /// is declared to be of a type that is told by the bytes, and is not, is not called so.
    public static func declared(_ type: String?) -> String {
        guard let name = type.flatMap(essence), told[name] == nil, isHarmless(name) else { return unknown }
        return name.string
    }

    /// A container may hold pictures that move or sound alone: which of the two, its sender knows.
    static func refined(_ told: String, by declared: String?) -> String {
        guard let name = declared.flatMap(essence) else { return told }
        switch (told, name) {
        case ("video/mp4", "audio/mp4"), ("video/mp4", "audio/x-m4a"), ("video/mp4", "audio/m4a"): return "audio/mp4"
        case ("video/webm", "audio/webm"): return "audio/webm"
        default: return told
        }
    }

    /// How a stored file is given out, and as what: whoever stored it, and when.
    public static func service(of stored: String) -> (type: String, service: Service) {
        let name = ByteString(stored)
        if let service = told[name] { return (stored, service) }
        return (isHarmless(name) ? stored : unknown, .saved)
    }

    private static func isHarmless(_ name: ByteString) -> Bool {
        harmless.contains(name) || harmlessPrefixes.contains { name.starts(with: $0) }
    }

    /// A media type without its parameters, in lower case; `nil` for what is none (RFC 9110 section 8.3.1).
    private static func essence(_ type: String) -> ByteString? {
        let text = ByteString(decoding: type.utf8.prefix { $0 != UInt8(ascii: ";") }.prefix(256))
        let name = text.asciiTrimmed.asciiLowercased
        let parts = name.split(separator: "/")
        guard name.count <= 127, parts.count == 2, parts.allSatisfy({ !$0.isEmpty && $0.utf8.allSatisfy(isToken) })
        else { return nil }
        return name
    }

    private static func isToken(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
        default: "!#$&-^_.+".utf8.contains(byte)
        }
    }
}
