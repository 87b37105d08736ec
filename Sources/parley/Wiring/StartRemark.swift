import Foundation
import Logging
import SocketServer

/// Something about the set-up that works and that the operator should know: said once, after the first line of a start.
struct StartRemark: Equatable {
    var message: String
    var metadata: Logger.Metadata

    /// What is weak about a configuration and the files that it names. Called when the directory is there.
    static func weaknesses(of configuration: ServeConfiguration) -> [StartRemark] {
        openAdmin(configuration.adminListen) + visibleKeys(configuration.exposure)
            + readableFiles(of: configuration)
    }

    private static func openAdmin(_ address: ListenAddress) -> [StartRemark] {
        guard case .tcp(let host, _) = address, !isLoopback(host) else { return [] }
        return [
            StartRemark(
                message: "other machines can reach the admin endpoint, which speaks plain text: put TLS in front of it",
                metadata: ["parley.address": "\(address)"])
        ]
    }

    static func isLoopback(_ host: String) -> Bool {
        if host == "localhost" || host == "::1" { return true }
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
    }

    private static func visibleKeys(_ exposure: KeyExposure) -> [StartRemark] {
        exposure.flags.map { setting in
            StartRemark(
                message: "a key on the command line is visible to every user of this machine (ps): use a file",
                metadata: ["parley.option": "--\(setting.rawValue)", "parley.instead": "--\(setting.rawValue)-file"])
        }
    }

    private static func readableFiles(of configuration: ServeConfiguration) -> [StartRemark] {
        let directory = configuration.dataDirectory
        // What the appliance makes itself it makes for its owner alone.
        let own = [(directory, 0o700), (AdminKey.path(in: directory), 0o600), (directory + "/parley.db", 0o600)]
        let remarks = own.compactMap { path, mode in remark(path, forbidden: 0o077, wanted: mode) }
        // What others manage may have a group (ssl-cert).
        return remarks + configuration.exposure.files.compactMap { remark($0, forbidden: 0o004, wanted: 0o600) }
    }

    private static func remark(_ path: String, forbidden: Int, wanted: Int) -> StartRemark? {
        // What cannot be looked at is told of where it is opened.
        guard let status = try? FileStatus(path, followsLinks: true), [.directory, .regular].contains(status.kind),
            status.mode & forbidden != 0
        else { return nil }
        func octal(_ mode: Int) -> Logger.MetadataValue { "0\(String(mode, radix: 8))" }
        return StartRemark(
            message: "others on this machine may look into what holds keys or messages",
            metadata: [
                "parley.path": "\(path)", "parley.mode": octal(status.mode), "parley.wanted": octal(wanted),
            ])
    }
}
