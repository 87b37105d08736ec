import ArgumentParser
import ChatCore
import Foundation

/// `parley export FILE`: everything but the keys as NDJSON, of a running or a stopped appliance.
struct ExportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Write users, chats, messages and members as NDJSON, one object a line; the keys stay behind.",
        discussion: "Of a running appliance too. parley import reads it into another one.")

    @Argument(help: "Where to: a new file, or a regular one, replaced when it is whole; - is standard output")
    var file: String

    @Option(
        help: ArgumentHelp(
            "Bytes of files: inline (as base64), none, or a directory for one file each", valueName: "inline|none|DIR"))
    var files: ArchiveFiles = .inline

    @Option(help: ArgumentHelp("A backup to take it from, instead of the appliance's database", valueName: "FILE"))
    var from: String?

    @Option(help: ArgumentHelp("Directory of the appliance (default: ./data)", valueName: "DIR"))
    var data: String?

    @Option(help: ArgumentHelp("Configuration file of the appliance", valueName: "FILE"))
    var config: String?

    func run() throws {
        let engine = try StoreEngine(data: data, config: config)
        let appliance = engine.maintenance
        let bar = ProgressBar("exporting")
        defer { bar.clear() }
        appliance.clearUp()
        let copy = appliance.temporaryCopy(for: "export", of: from)
        copy.files.forEach(Drafts.add)
        defer { copy.files.forEach { Drafts.remove($0) } }
        do {
            let source = try appliance.archive(of: from, copyingTo: copy)
            let output = try ArchiveWriter(
                file, files: files, forbidden: engine.files + (from.map { [$0] } ?? []))
            do {
                let counts = try source.run(
                    withFiles: files != .none, progress: { bar.show($0) }, output.write)
                try output.finish()
                bar.clear()
                StandardError.write("exported \(counts.summary)\n")
            } catch {
                output.discard()
                throw error
            }
        } catch let error as StoreOpenError {
            throw Failure(error)
        }
    }
}
