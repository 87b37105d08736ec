import ArgumentParser
import ChatCore
import ChatSQLite
import Foundation

/// `parley backup FILE|-`: a consistent copy of the database, of a running or a stopped appliance.
struct BackupCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup",
        abstract: "Copy the database of a running or a stopped appliance. The copy holds the keys: it is a secret.",
        discussion: "Room is needed where the copy goes (for - beside the database), and no admin key.")

    @Argument(help: "Where to: a new file, or a regular one, replaced when the copy is whole; - is standard output")
    var file: String

    @Flag(help: "Leave the signing keys out")
    var withoutKeys = false

    @Option(help: ArgumentHelp("Directory of the appliance (default: ./data)", valueName: "DIR"))
    var data: String?

    @Option(help: ArgumentHelp("Configuration file of the appliance", valueName: "FILE"))
    var config: String?

    // A running appliance was once asked for its copy: who gives these still may.
    @Option(help: .hidden) var adminListen: String?
    @Option(help: .hidden) var adminKey: String?
    @Option(help: .hidden) var adminKeyFile: String?

    func run() throws {
        let directory = try DataOption.directory(data, config: config)
        let output = try OutputFile(file, forbidden: ApplianceFiles.all(in: directory))
        defer { output.discard() }
        TemporaryCopy.removeAbandoned(in: directory)
        let bar = ProgressBar("copying")
        defer { bar.clear() }
        do {
            try copy(directory, to: output, bar)
        } catch let error as StoreOpenError {
            throw Failure(error)
        }
        try output.finish()
    }

    /// SQLite writes files only, so what goes to standard output is copied beside the database first; the next start or
    /// command removes it there if this process is killed.
    private func copy(_ directory: String, to output: OutputFile, _ bar: ProgressBar) throws {
        let path = output.draftPath ?? TemporaryCopy.path(in: directory, for: "backup")
        let beside = TemporaryCopy.files(of: path)
        for path in beside { Drafts.add(path) }
        defer { for path in beside where path != output.draftPath { Drafts.remove(path) } }
        try DatabaseBackup.copy(
            directory: directory, to: path, withoutSettings: withoutKeys ? SecretSettings.names : []
        ) { bar.show(Double($0) / Double(max(1, $1))) }
        guard output.draftPath == nil else { return }
        defer { unlink(path) }
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw Failure(.failure, "the copy cannot be read: \(ErrorText.system(errno))")
        }
        defer { close(descriptor) }
        var buffer = [UInt8](repeating: 0, count: 1 << 18)
        while true {
            let count = read(descriptor, &buffer, buffer.count)
            guard count >= 0 else {
                throw Failure(.failure, "the copy cannot be read: \(ErrorText.system(errno))")
            }
            guard count > 0 else { return }
            try buffer.withUnsafeBytes { try output.write(UnsafeRawBufferPointer(rebasing: $0[..<count])) }
        }
    }
}
