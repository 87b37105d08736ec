import Foundation
import Testing

/// A short round of what `make fuzz` does for hours, without instruments: every file of the corpus, and mutations of
/// them that are the same in each run.
@Suite("Decoders of bytes from outside")
struct ReplayTests {
    static let corpus: URL = {
        var folder = URL(fileURLWithPath: #filePath)
        while folder.lastPathComponent != "Fuzz" { folder.deleteLastPathComponent() }
        return folder.appendingPathComponent("Corpus")
    }()

    /// The inputs of a target, in an order that does not change.
    static func inputs(of target: FuzzTarget) throws -> [(name: String, bytes: [UInt8])] {
        let folder = corpus.appendingPathComponent(target.name)
        return try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted().map { name in
            (name, Array(try Data(contentsOf: folder.appendingPathComponent(name))))
        }
    }

    @Test("Each target has a corpus, and each corpus a target")
    func corpusIsComplete() throws {
        let folders = try FileManager.default.contentsOfDirectory(atPath: Self.corpus.path).sorted()
        #expect(folders == FuzzTarget.all.map(\.name).sorted())
    }

    @Test("What a decoder promises holds for its corpus", arguments: FuzzTarget.all.map(\.name))
    func corpus(name: String) throws {
        let target = try #require(FuzzTarget.named(name))
        for (file, bytes) in try Self.inputs(of: target) {
            do {
                try bytes.withUnsafeBytes(target.run)
            } catch {
                Issue.record("\(name)/\(file): \(error)")
            }
        }
    }

    @Test("What a decoder promises holds for mutations of its corpus", arguments: FuzzTarget.all.map(\.name))
    func mutations(name: String) throws {
        let target = try #require(FuzzTarget.named(name))
        var mutator = Mutator(seed: 0x5EED, longest: target.longest)
        let inputs = try Self.inputs(of: target).map(\.bytes)
        for _ in 0..<(target.isSlow ? 20 : 3000) {
            let bytes = mutator.mutation(of: inputs)
            do {
                try bytes.withUnsafeBytes(target.run)
            } catch {
                Issue.record("\(name), input \(Data(bytes).base64EncodedString()): \(error)")
                return
            }
        }
    }
}
