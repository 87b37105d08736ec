import ArgumentParser
import ChatCore
import ChatSQLite
import Foundation
import NIOCore

/// `parley backup FILE`: a consistent copy of the database, of a running or a stopped appliance.
struct BackupCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup",
        abstract: "Copy the database of a running or a stopped appliance. The copy holds the keys: it is a secret.")

    @Argument(help: "Where to; replaced when the copy is whole")
    var file: String

    @Flag(help: "Leave the signing keys out")
    var withoutKeys = false

    @OptionGroup var connection: AdminConnection

    func run() async throws {
        let directory = try connection.settings().dataDirectory
        let bar = ProgressBar("copying")
        defer { bar.clear() }
        do {
            try DatabaseBackup.copy(
                directory: directory, to: file, withoutSettings: withoutKeys ? SecretSettings.names : []
            ) { bar.show(Double($0) / Double(max(1, $1))) }
        } catch StoreOpenError.inUse {
            try await download()
        } catch let error as StoreOpenError {
            throw Failure(error)
        }
    }

    /// Asks the appliance that runs on the directory.
    private func download() async throws {
        let draft = file + ".part"
        guard FileManager.default.createFile(atPath: draft, contents: nil, attributes: [.posixPermissions: 0o600]),
            let output = FileHandle(forWritingAtPath: draft)
        else { throw Failure(.cannotCreate, "\(draft) cannot be made") }
        var refusal = ByteBuffer()
        do {
            let path = "/admin/backup" + (withoutKeys ? "?keys=false" : "")
            let status = try await connection.client().stream(AdminCall(.get, path)) { part in
                try output.write(contentsOf: Data(part.readableBytesView))
                if refusal.readableBytes < 4096 { refusal.writeImmutableBuffer(part) }
            }
            guard status == 200 else {
                throw Failure(
                    .failure, "the admin endpoint answered with HTTP \(status): \(String(buffer: refusal).prefix(400))")
            }
            try output.synchronize()
            try output.close()
        } catch {
            // The draft is of no use to anybody; the cause is what is told.
            try? FileManager.default.removeItem(atPath: draft)
            throw error
        }
        guard rename(draft, file) == 0 else { throw Failure(.cannotCreate, "\(file) cannot be made") }
    }
}
