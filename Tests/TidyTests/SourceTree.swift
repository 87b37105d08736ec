import Foundation

/// The repository as files.
enum SourceTree {
    struct File: Sendable, CustomStringConvertible {
        /// From the root of the repository.
        let path: String
        let lines: [String]
        /// The lines without comments and the contents of strings.
        let code: [String]

        init(path: String, lines: [String]) {
            self.path = path
            self.lines = lines
            code = CodeText.code(of: lines)
        }

        var description: String { path }
        /// The target, for a file below `Sources`.
        var target: String { String(path.split(separator: "/").dropFirst().first ?? "") }
    }

    static let root: URL = {
        var directory = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        while !FileManager.default.fileExists(atPath: directory.appendingPathComponent("Package.swift").path),
            directory.pathComponents.count > 1
        {
            directory.deleteLastPathComponent()
        }
        return directory
    }()

    static func text(_ path: String) throws -> String {
        try String(contentsOf: root.appendingPathComponent(path), encoding: .utf8)
    }

    private static let sources = Result { try readSwiftFiles(in: "Sources") }
    private static let tests = Result { try readSwiftFiles(in: "Tests") }

    /// Every Swift file of `Sources` or `Tests`, read once.
    static func swiftFiles(in folder: String) throws -> [File] {
        try (folder == "Sources" ? sources : tests).get()
    }

    private static func readSwiftFiles(in folder: String) throws -> [File] {
        let base = root.appendingPathComponent(folder)
        guard let names = FileManager.default.enumerator(atPath: base.path) else { return [] }
        return try names.compactMap { $0 as? String }.filter { $0.hasSuffix(".swift") }.sorted().map { name in
            let path = "\(folder)/\(name)"
            let lines = try text(path).split(separator: "\n", omittingEmptySubsequences: false)
            return File(path: path, lines: lines.map(String.init))
        }
    }

    static func folders(in folder: String) throws -> [String] {
        let base = root.appendingPathComponent(folder)
        return try FileManager.default.contentsOfDirectory(atPath: base.path).filter { name in
            var isFolder: ObjCBool = false
            let path = base.appendingPathComponent(name).path
            return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && isFolder.boolValue
        }
    }
}
