import ArgumentParser
import ChatCore

/// `parley restore FILE`: puts a backup in place of the database of a stopped appliance.
struct RestoreCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "restore",
        abstract: "Put a backup in place of the database of a stopped appliance; the old one is kept aside.")

    @Argument(help: "The backup", completion: .file())
    var file: String

    @Option(
        help: ArgumentHelp("Directory of the appliance (default: ./data)", valueName: "DIR"), completion: .directory)
    var data: String?

    @Option(help: ArgumentHelp("Configuration file of the appliance", valueName: "FILE"), completion: .file())
    var config: String?

    func run() throws {
        let appliance = try StoreEngine(data: data, config: config).maintenance
        appliance.clearUp()
        let bar = ProgressBar("restoring")
        let kept: String?
        do {
            if let fault = try appliance.check(file, progress: { _ in }).first(where: \.isFault) {
                throw Failure(
                    .badData, "\(file) is damaged (\(fault)): nothing was changed; see parley check \(file)")
            }
            kept = try appliance.restore(file) { bar.show($0) }
        } catch let error as StoreOpenError {
            bar.clear()
            throw Failure(error)
        }
        bar.clear()
        try StandardOutput.line("\(appliance.place) is now \(file)")
        if let kept { try StandardOutput.line("the old one is \(kept)") }
    }
}
