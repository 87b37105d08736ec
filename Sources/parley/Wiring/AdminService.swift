import ChatHTTP
import Foundation
import Hummingbird
import Logging
import NIOCore
import NIOPosix
import ServiceLifecycle
import SocketServer

/// The admin listener: a Hummingbird application on one thread of its own, so that a download does not slow the chats.
struct AdminService: Service {
    let site: AdminSite
    let address: ListenAddress
    let announcement: Announcement

    func run() async throws {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        var logger = Logger(label: "parley.admin")
        // What the framework tells of its own start and end is told already, in our words.
        logger.logLevel = max(logger.logLevel, .warning)
        var outcome: Result<Void, any Error>
        do {
            let bind = try await bindAddress(group)
            let application = Application(
                router: site.router(), configuration: ApplicationConfiguration(address: bind),
                onServerRunning: { channel in announcement.listening(.admin, at: bound(channel)) },
                eventLoopGroupProvider: .shared(group), logger: logger)
            try await application.run()
            outcome = .success(())
        } catch let error as IOError where error.errnoCode == EADDRINUSE {
            outcome = .failure(SocketServerError.addressInUse(address.description))
        } catch let error as IOError {
            outcome = .failure(SocketServerError.cannotListen(address.description, reason: "\(error)"))
        } catch {
            outcome = .failure(error)
        }
        try await group.shutdownGracefully()
        try outcome.get()
    }

    private func bindAddress(_ group: MultiThreadedEventLoopGroup) async throws -> BindAddress {
        switch address {
        case .tcp(let host, let port):
            return .hostname(host, port: port)
        case .unix(let path):
            if let other = try? await ClientBootstrap(group: group).connect(unixDomainSocketPath: path).get() {
                try await other.close()
                throw SocketServerError.addressInUse(address.description)
            }
            // Nobody answers there: the file is what a crash left.
            unlink(path)
            return .unixDomainSocket(path: path)
        case .descriptor:
            throw Failure(.configuration, "--admin-listen must be an address")
        }
    }

    private func bound(_ channel: any Channel) -> ListenAddress {
        guard let local = channel.localAddress, let host = local.ipAddress, let port = local.port else {
            return address
        }
        return .tcp(host: host, port: port)
    }
}
