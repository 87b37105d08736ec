/// Paths as text, as dirname(3) and basename(3) have them. (Foundation's own functions of that kind trap for a name of
/// one character.)
public enum PathText {
    /// The directory that a path lies in; `.` for a name alone, `/` for what lies at the root.
    public static func directory(of path: String) -> String {
        let parts = cut(path)
        if parts.directory.isEmpty { return path.utf8.first == slash ? "/" : "." }
        return parts.directory
    }

    /// Its last component, without slashes after it.
    public static func name(of path: String) -> String { cut(path).name }

    private static let slash = UInt8(ascii: "/")

    private static func cut(_ path: String) -> (directory: String, name: String) {
        let whole = trimmed(Substring(path).utf8)
        guard let last = whole.lastIndex(of: slash) else { return ("", String(Substring(whole))) }
        return (String(Substring(trimmed(whole[..<last]))), String(Substring(whole[whole.index(after: last)...])))
    }

    private static func trimmed(_ text: Substring.UTF8View) -> Substring.UTF8View {
        var text = text
        while text.last == slash { text.removeLast() }
        return text
    }
}
