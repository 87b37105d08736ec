import Testing

/// Holds that what the documentation shows as a program is a program: each block of Swift in these pages is, to the
/// letter, a file that is built and driven by a test (`ExamplesTests`).
@Suite("Programs in the documentation")
struct DocumentedCodeTests {
    static let pages = [
        "GettingStarted.md": ["Chat/Chat.swift"],
        "Hummingbird.md": ["Hummingbird/RouterBridge.swift", "Hummingbird/Server.swift"],
    ]

    @Test("A page shows its files as they are", arguments: pages.keys.sorted())
    func shown(page: String) throws {
        var blocks: [String] = []
        var block: [Substring]?
        for line in try SourceTree.text("Sources/SocketIO/SocketIO.docc/" + page).split(
            separator: "\n", omittingEmptySubsequences: false)
        {
            if let lines = block {
                block = line == "```" ? nil : lines + [line]
                if block == nil { blocks.append(lines.joined(separator: "\n") + "\n") }
            } else if line == "```swift" {
                block = []
            }
        }
        let files = try #require(Self.pages[page])
        #expect(try blocks == files.map { try SourceTree.text("Tests/Examples/" + $0) })
    }
}
