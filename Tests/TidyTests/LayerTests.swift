import Testing

@Suite("Layers")
struct LayerTests {
    /// What a target may import besides the Swift and C standard libraries: the arrows of the README's table.
    static let allowed: [String: Set<String>] = [
        "ByteText": [],
        "JSON": ["ByteText", "NIOCore"],
        "SocketServer": ["ByteText", "NIOCore", "NIOPosix", "NIOHTTP1", "NIOSSL", "Crypto", "Logging"],
        "EngineIO": ["ByteText", "JSON", "SocketServer", "NIOCore", "NIOHTTP1"],
        "SocketIO": ["ByteText", "JSON", "EngineIO", "SocketServer", "NIOCore", "Logging"],
        "ChatCore": ["ByteText"],
        "ChatWire": ["ByteText", "JSON", "ChatCore", "NIOCore"],
        "ChatTokens": ["ByteText", "JSON", "ChatCore", "Crypto", "JWTKit"],
        "CMemory": [],
        "CSQLiteFile": [],
        "CSQLite": [],
        "ChatSQLite": ["ByteText", "ChatCore", "CSQLite", "CSQLiteFile", "Logging"],
        "CZlib": [],
        "ChatImport": ["ByteText", "JSON", "ChatCore", "CZlib", "NIOCore"],
        "ChatGateway": [
            "ByteText", "JSON", "ChatCore", "ChatWire", "SocketIO", "EngineIO", "SocketServer", "NIOCore", "NIOHTTP1",
            "Logging",
        ],
        "ChatHTTP": [
            "ByteText", "JSON", "ChatCore", "ChatWire", "SocketServer", "Hummingbird", "HTTPTypes", "NIOCore",
            "NIOHTTP1", "Logging",
        ],
        "parley-load": ["ArgumentParser", "NIOCore", "NIOPosix"],
        "parley": [
            "ByteText", "JSON", "ChatGateway", "ChatHTTP", "ChatSQLite", "ChatTokens", "ChatImport", "ChatCore",
            "SocketIO", "EngineIO", "SocketServer", "CMemory", "Logging", "ArgumentParser", "Configuration",
            "ServiceLifecycle", "UnixSignals", "AsyncHTTPClient", "NIOCore", "NIOPosix", "NIOHTTP1",
        ],
    ]

    static let standard: Set<String> = [
        "Foundation", "FoundationEssentials", "Glibc", "Musl", "Darwin", "Dispatch", "Synchronization", "Swift",
    ]

    static let access: Set<Substring> = ["public", "package", "internal", "fileprivate", "private"]

    static func imports(of file: SourceTree.File) -> [String] {
        file.code.compactMap { line in
            let words = line.split(separator: " ")
            guard let position = words.firstIndex(of: "import"), position + 1 < words.count,
                words[..<position].allSatisfy({ $0.hasPrefix("@") || Self.access.contains($0) })
            else { return nil }
            let kinds: Set<Substring> = ["struct", "class", "enum", "protocol", "func", "let", "var", "typealias"]
            let isKind = kinds.contains(words[position + 1]) && position + 2 < words.count
            let name = isKind ? words[position + 2] : words[position + 1]
            return name.split(separator: ".").first.map(String.init)
        }
    }

    @Test("Each target imports only what its layer may know")
    func importArrows() throws {
        let files = try SourceTree.swiftFiles(in: "Sources")
        #expect(files.count > 50)
        for file in files {
            let allowed = try #require(Self.allowed[file.target], "\(file.path): no layer of that name")
            for name in Self.imports(of: file) where !Self.standard.contains(name) {
                #expect(allowed.contains(name), "\(file.path) imports \(name)")
            }
        }
    }

    @Test("The README's layer table lists exactly the targets, with their imports")
    func layerTable() throws {
        let rows = try SourceTree.text("README.md").split(separator: "\n").filter { $0.hasPrefix("| `") }
        var table: [String: Set<String>] = [:]
        for row in rows {
            let cells = row.split(separator: "|").map { $0.filter { $0 != "`" }.trimmed }
            guard cells.count == 3 else { continue }
            table[cells[0]] = Set(cells[2].split(separator: ",").map { String($0).trimmed }.filter { $0 != "—" })
        }
        #expect(table == Self.allowed)
    }

    @Test("The manifest has exactly the targets of the layer list")
    func manifestTargets() throws {
        let folders = try SourceTree.folders(in: "Sources")
        #expect(Set(folders) == Set(Self.allowed.keys))
        let manifest = try SourceTree.text("Package.swift")
        for target in Self.allowed.keys {
            #expect(manifest.contains("name: \"\(target)\""), "Package.swift has no \(target)")
        }
    }
}

extension String {
    fileprivate var trimmed: String {
        String(drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
    }
}
