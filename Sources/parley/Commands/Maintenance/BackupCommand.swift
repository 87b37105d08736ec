import ArgumentParser
import ChatCore
import Foundation

/// `parley backup FILE|-`: a consistent copy of the database, of a running or a stopped appliance.
struct BackupCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup",
        abstract: "Copy the database of a running or a stopped appliance. The copy holds the keys: it is a secret.",
        discussion: "Room is needed where the copy goes (for - beside the database), and no admin key.")

    @Argument(
        help: "Where to: a new file, or a regular one, replaced when the copy is whole; - is standard output",
        completion: .file())
    var file: String

    @Flag(help: "Leave the signing keys out")
    var withoutKeys = false

    @Option(
        help: ArgumentHelp("Directory of the appliance (default: ./data)", valueName: "DIR"), completion: .directory)
    var data: String?

    @Option(help: ArgumentHelp("Configuration file of the appliance", valueName: "FILE"), completion: .file())
    var config: String?

    // A running appliance was once asked for its copy: who gives these still may.
    @Option(help: .hidden) var adminListen: String?
    @Option(help: .hidden) var adminKey: String?
    @Option(help: .hidden) var adminKeyFile: String?

    func run() throws {
        let engine = try StoreEngine(data: data, config: config)
        let appliance = engine.maintenance
        let output = try OutputFile(file, forbidden: engine.files)
        defer { output.discard() }
        appliance.clearUp()
        let bar = ProgressBar("copying")
        defer { bar.clear() }
        do {
            try copy(appliance, to: output, bar)
        } catch let error as StoreOpenError {
            throw Failure(error)
        }
        try output.finish()
        bar.clear()
        say(output)
    }

    /// What was written, for who is to find it again; standard output is the copy itself where that was asked for.
    private func say(_ output: OutputFile) {
        guard output.draftPath != nil else { return }
        var status = stat()
        // Somebody may have moved it meanwhile.
        let size = lstat(file, &status) == 0 ? ", \(status.st_size) bytes" : ""
        let keys = withoutKeys ? "without the keys" : "keys included"
        // The copy is what was asked for, and it is whole, whoever does not listen.
        _ = Descriptor.write("wrote \(file)\(size), \(keys)\n", to: STDOUT_FILENO)
    }

    /// An engine writes files only, so what goes to standard output is copied beside the store first; the next start or
    /// command removes it there if this process is killed.
    private func copy(_ appliance: any StoreMaintenance, to output: OutputFile, _ bar: ProgressBar) throws {
        let copy = output.draftPath.map(appliance.draft) ?? appliance.temporaryCopy(for: "backup", of: nil)
        let path = copy.path
        for path in copy.files { Drafts.add(path) }
        defer { for path in copy.files where path != output.draftPath { Drafts.remove(path) } }
        try appliance.backup(to: path, withoutSettings: withoutKeys ? SecretSettings.names : []) { bar.show($0) }
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
