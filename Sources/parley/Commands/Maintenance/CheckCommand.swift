import ArgumentParser
import ChatCore

/// `parley check [FILE]`: verifies a database or a backup; never writes at or beside it.
struct CheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Verify a database or a backup: one line a finding, exit code 65 when there is any.")

    @Argument(
        help: ArgumentHelp("The file (default: parley.db of the data directory)", valueName: "file"),
        completion: .file())
    var file: String?

    @Option(
        help: ArgumentHelp("Directory of the appliance (default: ./data)", valueName: "DIR"), completion: .directory)
    var data: String?

    @Option(help: ArgumentHelp("Configuration file of the appliance", valueName: "FILE"), completion: .file())
    var config: String?

    func run() throws {
        let appliance = try StoreEngine(data: data, config: config).maintenance
        let path = file ?? appliance.place
        let bar = ProgressBar("checking")
        let findings: [StoreFinding]
        do {
            findings = try appliance.check(file) { bar.show($0) }
        } catch let error as StoreOpenError {
            bar.clear()
            throw Failure(error)
        }
        bar.clear()
        for finding in findings { try StandardOutput.line("\(finding)") }
        let faults = findings.count { $0.isFault }
        guard faults == 0 else { throw Failure(.badData, "\(path): \(faults) findings") }
        try StandardOutput.line("\(path): \(findings.isEmpty ? "no findings" : "no faults")")
    }
}
