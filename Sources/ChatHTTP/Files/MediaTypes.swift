import ByteText

/// Which types files are given: by their bytes where browsers would act on them, as their sender says where it only
/// tells people what they get.
enum MediaTypes {
    static let unknown = "application/octet-stream"

    /// Shown in the page; everything else is saved. CONTRACT section 4.
    static let inline: Set<ByteString> = ["image/png", "image/jpeg", "image/gif", "image/webp", "image/avif"]

    private static let kept: Set<ByteString> = [
        "text/plain", "text/csv", "text/markdown", "text/calendar", "text/vcard", "application/pdf", "application/zip",
        "application/gzip", "application/x-tar", "application/x-7z-compressed", "application/json",
        "application/msword", "application/rtf", "application/epub+zip",
    ]

    /// What a file that is no image of ours is called: as declared, if that is harmless, else
    /// `application/octet-stream`. What is declared an image and is none is not called one.
    static func declared(_ type: String?) -> String {
        guard let type else { return unknown }
        let name = HeaderParameters(ByteString(type)).value
        let parts = name.split(separator: "/")
        guard name.count <= 127, parts.count == 2, parts.allSatisfy({ !$0.isEmpty && $0.utf8.allSatisfy(isToken) })
        else { return unknown }
        let isMedia = parts[0] == "audio" || parts[0] == "video"
        let isOffice = officePrefixes.contains { name.starts(with: $0) }
        return isMedia || isOffice || kept.contains(name) ? name.string : unknown
    }

    private static let officePrefixes: [ByteString] = [
        "application/vnd.openxmlformats-", "application/vnd.oasis.", "application/vnd.ms-",
    ]

    private static func isToken(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
        default: "!#$&-^_.+".utf8.contains(byte)
        }
    }
}
