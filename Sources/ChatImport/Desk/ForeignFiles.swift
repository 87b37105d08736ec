import ByteText

/// Finds the files of messages among the entries of an export.
struct ForeignFiles {
    private let entries: [ForeignEntry]
    private let byPath: [ByteString: Int]
    /// Entries of a last part that only one has.
    private var byName: [ByteString: Int] = [:]

    init(_ entries: [ForeignEntry]) {
        self.entries = entries
        byPath = Dictionary(entries.enumerated().map { ($0.element.path, $0.offset) }, uniquingKeysWith: { $1 })
        var often: Set<ByteString> = []
        for (index, entry) in entries.enumerated() {
            let name = Self.name(of: entry.path)
            if byName.updateValue(index, forKey: name) != nil { often.insert(name) }
        }
        for name in often { byName[name] = nil }
    }

    /// - Parameters:
    ///   - paths: where it may lie, the likeliest first.
    ///   - names: last parts that nothing else in the export has, as with an id in them.
    func find(paths: [ByteString], names: [ByteString] = []) -> Int? {
        for path in paths {
            if let found = byPath[path] { return found }
        }
        for name in names {
            if let found = byName[name] { return found }
        }
        return nil
    }

    func entry(_ path: ByteString) -> Int? { byPath[path] }

    static func name(of path: ByteString) -> ByteString {
        ByteString(decoding: path.utf8.split(separator: UInt8(ascii: "/")).last ?? path.utf8[...])
    }

    /// With its end: `a/b/` of `a/b/c`, nothing of `c`.
    static func folder(of path: ByteString) -> ByteString {
        guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return "" }
        return ByteString(decoding: path.utf8[...slash])
    }
}
