import ArgumentParser
import ChatCore
import ChatSQLite
import Foundation
import NIOCore

/// `parley backup FILE|-`: a consistent copy of the database, of a running or a stopped appliance.
struct BackupCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup",
        abstract: "Copy the database of a running or a stopped appliance. The copy holds the keys: it is a secret.")

    @Argument(help: "Where to: a new file, or a regular one, replaced when the copy is whole; - is standard output")
    var file: String

    @Flag(help: "Leave the signing keys out")
    var withoutKeys = false

    @OptionGroup var connection: AdminConnection

    func run() async throws {
        let directory = try connection.settings().dataDirectory
        let output = try OutputFile(file, forbidden: ApplianceFiles.all(in: directory))
        defer { output.discard() }
        let bar = ProgressBar("copying")
        defer { bar.clear() }
        do {
            try copy(directory, to: output, bar)
        } catch StoreOpenError.inUse {
            try await download(to: output)
        } catch let error as StoreOpenError {
            throw Failure(error)
        }
        try output.finish()
    }

    /// Of a stopped appliance. SQLite writes files only, so what goes to standard output is copied beside the database
    /// first; the next start removes it there if this process is killed.
    private func copy(_ directory: String, to output: OutputFile, _ bar: ProgressBar) throws {
        let path = output.draftPath ?? TemporaryCopy.path(in: directory, for: "backup")
        let beside = [path, path + ".partial", path + ".partial-journal"]
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

    /// Asks the appliance that runs on the directory.
    private func download(to output: OutputFile) async throws {
        var refusal = ByteBuffer()
        let path = "/admin/backup" + (withoutKeys ? "?keys=false" : "")
        let status = try await connection.client().stream(AdminCall(.get, path)) { status, part in
            if status == 200 {
                try part.withUnsafeReadableBytes { try output.write($0) }
            } else if refusal.readableBytes < 4096 {
                refusal.writeImmutableBuffer(part)
            }
        }
        guard status == 200 else {
            let answer = AdminClient.Answer(status: status, body: refusal)
            throw Failure(.failure, AdminOutput.refusal(of: answer))
        }
    }
}
