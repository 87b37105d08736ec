/// What a client calls a file, made harmless: a name is shown to others, and saved under.
public enum FileNames {
    /// Bytes of UTF-8: what file systems take.
    public static let limit = 255
    private static let nameless = "file"

    /// The last part of a path, without control characters and marks that turn the direction of text (`exe.gnp` shown
    /// as `png.exe`), without blanks at its ends and dots at its end (`.env` stays `.env`, `..` is nothing), cut to
    /// ``limit`` with its extension kept; `file` when nothing is left.
    public static func cleaned(_ name: String) -> String {
        let last = name.unicodeScalars.split { $0 == "/" || $0 == "\\" }.last ?? []
        let kept = withoutEnd(Array(last.filter { !isHarmful($0) })).drop { $0.properties.isWhitespace }
        guard !kept.isEmpty else { return nameless }
        return shortened(Array(kept))
    }

    private static func isHarmful(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x202A...0x202E, 0x2066...0x2069, 0x200E, 0x200F, 0x061C, 0xFEFF: return true
        default: break
        }
        switch scalar.properties.generalCategory {
        case .control, .lineSeparator, .paragraphSeparator, .surrogate, .unassigned: return true
        default: return false
        }
    }

    private static func withoutEnd(_ scalars: [Unicode.Scalar]) -> [Unicode.Scalar] {
        var scalars = scalars
        while let end = scalars.last, end == "." || end.properties.isWhitespace { scalars.removeLast() }
        return scalars
    }

    private static func shortened(_ scalars: [Unicode.Scalar]) -> String {
        func text(_ scalars: some Sequence<Unicode.Scalar>) -> String {
            String(String.UnicodeScalarView(scalars))
        }
        let whole = text(scalars)
        guard whole.utf8.count > limit else { return whole }
        var ending = ""
        if let dot = scalars.lastIndex(of: "."), scalars.count - dot <= 16 { ending = text(scalars[dot...]) }
        // Where it was cut may be a blank.
        let stem = prefix(of: whole, within: limit - ending.utf8.count)
        let kept = withoutEnd(Array(stem.unicodeScalars))
        return (kept.isEmpty ? nameless : text(kept)) + ending
    }

    /// What of a text has at most so many bytes, cut between two characters as people see them; of a first one that is
    /// longer, as much as there is room for.
    private static func prefix(of text: String, within room: Int) -> String {
        var kept = ""
        for character in text {
            guard kept.utf8.count + character.utf8.count <= room else { break }
            kept.append(character)
        }
        guard kept.isEmpty else { return kept }
        for scalar in text.unicodeScalars {
            guard kept.utf8.count + String(scalar).utf8.count <= room else { break }
            kept.unicodeScalars.append(scalar)
        }
        return kept
    }
}
