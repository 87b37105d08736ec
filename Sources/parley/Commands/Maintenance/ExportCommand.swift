import ArgumentParser
import ChatCore
import ChatSQLite
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
        let directory = try DataOption.directory(data, config: config)
        let path = from ?? directory + "/parley.db"
        let bar = ProgressBar("exporting")
        defer { bar.clear() }
        TemporaryCopy.removeAbandoned(in: directory)
        let copy = TemporaryCopy.path(in: PathText.directory(of: path), for: "export")
        let drafts = TemporaryCopy.files(of: copy)
        drafts.forEach(Drafts.add)
        defer { drafts.forEach { Drafts.remove($0) } }
        do {
            let source = try DatabaseExport(path, copyingTo: copy)
            let output = try ArchiveWriter(
                file, files: files, forbidden: ApplianceFiles.all(in: directory) + [path])
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
