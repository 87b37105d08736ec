/// Other ways to write a path, each of which some server or proxy takes for the path itself.
enum Spellings {
    static func of(_ path: String) -> [String] {
        let first = path.dropFirst().prefix { $0 != "/" }
        let rest = path.dropFirst(1 + first.count)
        let letter = first.first.map { "%" + String($0.asciiValue ?? 0, radix: 16) } ?? "%2f"
        let encoded = first.isEmpty ? "" : letter + first.dropFirst()
        let capital = first.isEmpty ? "" : letter.uppercased() + first.dropFirst()
        let upper = first.uppercased()
        return [
            "/" + path, "//" + path, "/./" + path.dropFirst(), "/." + path, "/../" + path.dropFirst(), "/x/.." + path,
            "/%2e" + path, "/%2e%2e" + path, "/x/%2e%2e" + path, "/x/%2E%2E" + path, "/x/.%2e" + path,
            path + "/", path + "//", path + "/.", path + "/..", path + "/./", path + "/x/..", path + "%2f",
            path + "%2F.",
            "/" + encoded + rest, "/" + capital + rest, "/%252f" + path, "/%2f" + path, "%2f" + path.dropFirst(),
            "/" + first + "/" + rest, "/" + first + "/." + rest, "/" + first + "/x/.." + rest,
            "/" + first + "%2f" + rest,
            "/" + first + ";x=y" + rest, "/;" + path, "/\\" + path, "\\" + path, "/" + first + "\\" + rest,
            path + "%00", path + "%20", path + "%", path + "%zz", path + "\u{301}", "/" + first + "\u{301}" + rest,
            "/\u{FF0F}" + path.dropFirst(), "/" + upper + "X" + rest, "?" + path, "#" + path,
            "http://localhost" + path, "http:" + path, "localhost" + path, path.dropFirst().description, "*", "",
        ]
    }
}
