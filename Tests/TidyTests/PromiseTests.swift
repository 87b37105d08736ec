import Foundation
import Testing

/// Holds that what the documents name as the test of a promise exists: a row whose test was renamed or dropped promises
/// what nobody looks at.
@Suite("Promises and their tests")
struct PromiseTests {
    static let documents = ["Security.md", "Promises.md"].map { "Sources/parley/parley.docc/\($0)" }

    /// What is named between backticks, and where it has to be.
    private struct Named {
        var suites: Set<String> = []
        var clientTests: Set<String> = []
        var commands: Set<String> = []
        var abuses: Set<String> = []
        var fuzzTargets: Set<String> = []

        init(_ line: String) {
            let pieces = line.split(separator: "`", omittingEmptySubsequences: false)
            // What a list of names in backticks is of: the words before its first one.
            var kind = ""
            for (index, piece) in pieces.enumerated() {
                guard index % 2 == 1 else {
                    if piece != ", " { kind = piece.trimmingCharacters(in: .whitespaces) }
                    continue
                }
                let text = String(piece)
                if text.wholeMatch(of: /[A-Z]\w*Tests/) != nil {
                    suites.insert(text)
                } else if text.wholeMatch(of: /test_\w+\.py/) != nil {
                    clientTests.insert(text)
                } else if let match = text.wholeMatch(of: /make ([a-z-]+)( .*)?/) {
                    commands.insert(String(match.1))
                    continue
                } else if kind == "fuzz" || kind.hasSuffix(" fuzz") {
                    fuzzTargets.insert(text)
                } else if kind == ":", pieces[index - 2] == "make abuse" || !abuses.isEmpty {
                    abuses.insert(text)
                }
            }
        }
    }

    @Test("Every test that a document names is there", arguments: documents)
    func named(document: String) throws {
        let files = try #require(FileManager.default.enumerator(atPath: SourceTree.root.path + "/Tests"))
            .compactMap { $0 as? String }
        let names = Set(files.map { String($0.split(separator: "/").last ?? "") })
        let makefile = try SourceTree.text("Makefile").split(separator: "\n")
        let abuses = try files.filter { $0.hasPrefix("Abuse/") && $0.hasSuffix(".py") }
            .flatMap { try SourceTree.text("Tests/" + $0).split(separator: "\n") }
            .filter { $0.hasPrefix("def ") }
            .map { $0.dropFirst(4).prefix { $0 != "(" }.replacing("_", with: "-") }
        let corpus = try SourceTree.folders(in: "Tests/Fuzz/Corpus")
        var found = 0
        for line in try SourceTree.text(document).split(separator: "\n") {
            let named = Named(String(line))
            found += named.suites.count + named.clientTests.count
            for suite in named.suites {
                let isThere = names.contains(suite + ".swift") || files.contains(suite)
                #expect(isThere, "\(document): there is no \(suite)")
            }
            for test in named.clientTests { #expect(files.contains("Clients/" + test), "\(document): no \(test)") }
            for command in named.commands {
                #expect(makefile.contains { $0.hasPrefix(command + ":") }, "\(document): no make \(command)")
            }
            for target in named.fuzzTargets {
                #expect(corpus.contains(target), "\(document): there is no fuzz target \(target)")
            }
            for abuse in named.abuses {
                // An ellipsis stands for any text.
                let parts = abuse.components(separatedBy: "…")
                let isThere = abuses.contains { name in
                    name.hasPrefix(parts[0]) && name.hasSuffix(parts[parts.count - 1])
                }
                #expect(isThere, "\(document): there is no abuse \(abuse)")
            }
        }
        #expect(found > 20, "\(document) names its tests in another way")
    }
}
