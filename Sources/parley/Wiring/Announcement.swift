import ChatCore
import Foundation
import Logging
import SocketServer
import Synchronization

/// Says that the appliance serves, when both listeners listen: the first line of a start, a line for each address, what
/// is weak about the set-up, and at the first start of a directory the notice on standard output.
final class Announcement: Sendable {
    enum Listener: String, Sendable, CaseIterable {
        case admin, `public`
    }

    /// The first start of a directory.
    struct FirstStart: Sendable {
        /// `nil` when the key was given.
        var adminKeyPath: String?
    }

    private let addresses = Mutex<[Listener: [ListenAddress]]>([:])
    private let configuration: ServeConfiguration
    private let remarks: [StartRemark]
    private let firstStart: FirstStart?
    private let logger: Logger

    init(_ configuration: ServeConfiguration, remarks: [StartRemark], firstStart: FirstStart?, logger: Logger) {
        self.configuration = configuration
        self.remarks = remarks
        self.firstStart = firstStart
        self.logger = logger
    }

    func listening(_ listener: Listener, at address: ListenAddress) {
        listening(listener, at: [address])
    }

    func listening(_ listener: Listener, at bound: [ListenAddress]) {
        let all = addresses.withLock { addresses in
            addresses[listener] = bound
            return addresses
        }
        guard let open = all[.public], let admin = all[.admin] else { return }
        let directory = configuration.dataDirectory
        logger.info(
            "serving",
            metadata: [
                "parley.version": "\(Version.text)", "parley.data": "\(FileStatus.resolved(directory) ?? directory)",
                "parley.durability": "\(configuration.durability)",
                "parley.public": "\(publicLinks(open))",
                "parley.admin": "\(Self.links(admin, isTLS: false))",
            ])
        for (listener, addresses) in [(Listener.admin, admin), (.public, open)] {
            for address in addresses {
                logger.info(
                    "listening", metadata: ["parley.listener": "\(listener.rawValue)", "parley.address": "\(address)"])
            }
        }
        for remark in remarks { logger.warning("\(remark.message)", metadata: remark.metadata) }
        guard let firstStart, let open = open.first, let admin = admin.first else { return }
        let notice = StartupNotice(
            publicAddress: open.description, adminAddress: admin.description, adminKeyPath: firstStart.adminKeyPath)
        BackgroundWriter.standardOutput.write(notice.text)
    }

    private func publicLinks(_ addresses: [ListenAddress]) -> String {
        let below = configuration.pathPrefix.map { $0.description.dropFirst() + "/" } ?? ""
        return addresses.map { $0.link(isTLS: configuration.tls != nil) + below }.joined(separator: ",")
    }

    private static func links(_ addresses: [ListenAddress], isTLS: Bool) -> String {
        addresses.map { $0.link(isTLS: isTLS) }.joined(separator: ",")
    }
}

extension ListenAddress {
    /// As one clicks on it; a wildcard is none, so this machine's own name stands for it.
    func link(isTLS: Bool) -> String {
        guard case .tcp(let host, let port) = self else { return description }
        let reachable =
            switch host {
            case "::": "localhost"
            case "0.0.0.0": "127.0.0.1"
            default: host.contains(":") ? "[\(host)]" : host
            }
        return "\(isTLS ? "https" : "http")://\(reachable):\(port)/"
    }
}
