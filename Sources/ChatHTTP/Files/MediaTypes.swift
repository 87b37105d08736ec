/// Which types files are given: by their bytes where browsers would act on them, as their sender says where it only
/// tells people what they get.
enum MediaTypes {
    static let unknown = "application/octet-stream"

    /// Shown in the page; everything else is saved. CONTRACT section 4.
    static let inline: Set<String> = ["image/png", "image/jpeg", "image/gif", "image/webp", "image/avif"]

    private static let kept: Set<String> = [
        "text/plain", "text/csv", "text/markdown", "text/calendar", "text/vcard", "application/pdf", "application/zip",
        "application/gzip", "application/x-tar", "application/x-7z-compressed", "application/json",
        "application/msword", "application/rtf", "application/epub+zip",
    ]

    /// What a file that is no image of ours is called: as declared, if that is harmless, else
    /// `application/octet-stream`. What is declared an image and is none is not called one.
    static func declared(_ type: String?) -> String {
        guard let type else { return unknown }
        let name = HeaderParameters(type).value
        let parts = name.split(separator: "/", omittingEmptySubsequences: false)
        guard name.utf8.count <= 127, parts.count == 2, parts.allSatisfy({ !$0.isEmpty && $0.allSatisfy(isToken) })
        else { return unknown }
        let isMedia = parts[0] == "audio" || parts[0] == "video"
        let isOffice = name.hasPrefix("application/vnd.openxmlformats-") || name.hasPrefix("application/vnd.oasis.")
            || name.hasPrefix("application/vnd.ms-")
        return isMedia || isOffice || kept.contains(name) ? name : unknown
    }

    private static func isToken(_ character: Character) -> Bool {
        character.isASCII && (character.isLetter || character.isNumber || "!#$&-^_.+".contains(character))
    }
}
