import Foundation
import Logging
import SocketServer
import Synchronization

/// Says where the listeners listen: a log line each, and at the first start, when both do, the notice on standard
/// output.
final class Announcement: Sendable {
    enum Listener: String, Sendable {
        case `public`, admin
    }

    private let addresses = Mutex<[Listener: String]>([:])
    private let adminKeyPath: String?
    private let isFirstStart: Bool
    private let logger: Logger

    init(adminKeyPath: String?, isFirstStart: Bool, logger: Logger) {
        self.adminKeyPath = adminKeyPath
        self.isFirstStart = isFirstStart
        self.logger = logger
    }

    func listening(_ listener: Listener, at address: ListenAddress) {
        logger.info(
            "listening", metadata: ["parley.listener": "\(listener.rawValue)", "parley.address": "\(address)"])
        let both = addresses.withLock { addresses -> (String, String)? in
            addresses[listener] = address.description
            guard let open = addresses[.public], let admin = addresses[.admin] else { return nil }
            return (open, admin)
        }
        guard isFirstStart, let (open, admin) = both else { return }
        let notice = StartupNotice(publicAddress: open, adminAddress: admin, adminKeyPath: adminKeyPath)
        FileHandle.standardOutput.write(Data(notice.text.utf8))
    }
}
