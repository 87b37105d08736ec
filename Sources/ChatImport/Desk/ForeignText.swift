import ByteText
import JSON

/// What texts of all formats have in common.
enum ForeignText {
    /// A message cannot hold U+0000.
    static func withoutNull(_ text: String) -> String {
        guard text.utf8.contains(0) else { return text }
        return String(String.UnicodeScalarView(text.unicodeScalars.filter { $0.value != 0 }))
    }

    /// Whether a message with this file is one of the kind `image`: of the types that pages show.
    static func isPicture(_ file: ForeignFile) -> Bool {
        let types: [ByteString] = ["image/png", "image/jpeg", "image/gif", "image/webp", "image/avif"]
        if let type = file.mimeType { return types.contains(type.prefix(atMost: 64)) }
        let ends: [ByteString] = [".png", ".jpg", ".jpeg", ".gif", ".webp", ".avif"]
        return ends.contains { end in
            file.name.count >= end.count
                && zip(file.name.utf8.suffix(end.count), end.utf8).allSatisfy { $0 | 0x20 == $1 | 0x20 }
        }
    }

    /// How many of a reaction's `count` the export does not name; of what it claims a million at most.
    static func unnamed(_ reaction: JSONValue, _ named: Int) -> Int64 {
        min(max(reaction.integer("count") ?? 0, 0), 1_000_000) - Int64(named)
    }

    /// Those that are there and not empty.
    static func join(_ parts: [ByteString?], by separator: String) -> String {
        parts.compactMap { $0?.string }.filter { !$0.utf8.isEmpty }.joined(separator: separator)
    }
}
