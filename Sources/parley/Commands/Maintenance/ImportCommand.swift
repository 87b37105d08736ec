import ArgumentParser
import ChatCore

/// `parley import FILE`: an archive of `parley export` into the database of a stopped appliance.
struct ImportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Add the users, chats, messages and members of an archive to a stopped appliance, or to a new one.",
        discussion: """
            All or nothing: a line that does not fit is named, and the database stays as it was. An import that was \
            killed goes on where it was when the same command is given again.
            """)

    @Argument(help: "What parley export wrote; - is standard input")
    var file: String

    @Option(help: ArgumentHelp("Directory that the export wrote files into", valueName: "DIR"))
    var files: String?

    @Flag(help: "Begin anew though an import was begun and not finished")
    var anew = false

    @Option(help: ArgumentHelp("Directory of the appliance (default: ./data)", valueName: "DIR"))
    var data: String?

    @Option(help: ArgumentHelp("Configuration file of the appliance", valueName: "FILE"))
    var config: String?

    func run() throws {
        let appliance = try StoreEngine(data: data, config: config).maintenance
        let reader = try ArchiveReader(file, files: files)
        appliance.clearUp()
        let bar = ProgressBar("importing")
        defer { bar.clear() }
        do {
            let target = try appliance.beginImport(anew: anew)
            let kept: String?
            do {
                if target.mark.line > 0 {
                    StandardError.write("going on after line \(target.mark.line), where the last import was\n")
                }
                try reader.run(into: target) { bar.show($0) }
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
