import ArgumentParser
import ChatCore
import ChatImport

extension ForeignFormat: ExpressibleByArgument {}

/// `parley import FILE`: an archive of `parley export`, or an export of another program, into the database of a stopped
/// appliance.
struct ImportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Add the users, chats, messages and members of an archive to a stopped appliance, or to a new one.",
        discussion: """
            All or nothing: a line that does not fit is named, and the database stays as it was. An import that was \
            killed goes on where it was when the same command is given again.

            With --from, the export of another program: a Slack workspace export (its folder or zip), a Mattermost \
            bulk export (JSONL, or a folder or zip with it), JSON of DiscordChatExporter (a file, or a folder of \
            them). What does not fit is listed with its place, and the rest is taken.
            """)

    @Argument(
        help: "What parley export wrote (- is standard input), or with --from a file or folder",
        completion: .file())
    var file: String

    @Option(help: ArgumentHelp("The program that made the export", valueName: "slack|mattermost|discord"))
    var from: ForeignFormat?

    @Flag(help: "With --from: say what an import would do, and do nothing; also beside a running appliance")
    var dryRun = false

    @Flag(help: "With --from: import nothing when something does not fit (exit code 65)")
    var strict = false

    @Option(help: ArgumentHelp("Directory that the export wrote files into", valueName: "DIR"))
    var files: String?

    @Flag(help: "Sort the messages by time: for an archive that does not have them oldest first")
    var sort = false

    @Flag(help: "Begin anew though an import was begun and not finished")
    var anew = false

    @Option(help: ArgumentHelp("Directory of the appliance (default: ./data)", valueName: "DIR"))
    var data: String?

    @Option(help: ArgumentHelp("Configuration file of the appliance", valueName: "FILE"))
    var config: String?

    func validate() throws {
        if from == nil, dryRun || strict { throw ValidationError("--dry-run and --strict go with --from.") }
        if from != nil, sort || files != nil {
            throw ValidationError("--sort and --files go with archives, not with --from.")
        }
        if from != nil, file == "-" { throw ValidationError("An export of another program is a file or a folder.") }
    }

    func run() throws {
        let engine = try StoreEngine(data: data, config: config)
        if let from {
            do {
                return try MovingIn(format: from, path: file, isDryRun: dryRun, isStrict: strict).run(into: engine)
            } catch let error as StoreOpenError {
                throw Failure(error)
            }
        }
        let appliance = engine.maintenance
        let reader = try ArchiveReader(file, files: files)
        appliance.clearUp()
        let bar = ProgressBar("importing")
        defer { bar.clear() }
        do {
            let target = try appliance.beginImport(
                anew: anew, sorting: sort ? reader.sorting { bar.show($0) } : nil)
            let kept: String?
            do {
                if target.mark.line > 0 {
                    StandardError.write("going on after line \(target.mark.line), where the last import was\n")
                }
                try reader.run(
                    into: target,
                    remark: { line in
                        bar.clear()
                        StandardError.write(line + "\n")
                    },
                    progress: { bar.show($0) })
                kept = try reader.atEnd(target.finish)
            } catch is ArchiveReader.OtherArchive {
                throw Failure(
                    .badData,
                    "\(file) is not the archive that an import was begun with here; give that one, or --anew")
            } catch let failure as Failure where failure.status == .badData {
                target.discard()
                throw failure
            } catch {
                target.leave()
                throw error
            }
            bar.clear()
            try StandardOutput.line("imported \(target.counts.summary) into \(appliance.place)")
            if let kept { try StandardOutput.line("the old one is \(kept)") }
        } catch let error as StoreOpenError {
            throw Failure(error)
        }
    }
}
