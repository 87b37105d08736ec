import ChatHTTP
import Foundation
import Logging
import ServiceLifecycle
import SocketServer

/// The admin listener: a socket server on one thread of its own, so that a download does not slow the chats, and with
/// bounds of its own, so that the operator gets in while strangers fill the public one.
struct AdminService: Service {
    /// How long calls under way have to end.
    private static let drainTime: Duration = .seconds(1)
    /// Connections at once: an operator's page, a few scrapers, some downloads.
    private static let maxConnections = 256

    private let server: SocketServer
    private let announcement: Announcement

    init(responder: AdminResponder, configuration: ServeConfiguration, announcement: Announcement) {
        var server = SocketServerConfiguration(
            listen: [configuration.adminListen], threads: 1, logger: Logger(label: "parley.admin"))
        server.trustedProxies = configuration.trustedProxies
        server.limits.maxConnections = Self.maxConnections
        server.endsThreads = false
        self.server = SocketServer(configuration: server, routes: HTTPRoutes(fallback: responder))
        self.announcement = announcement
    }

    func run() async throws {
        do {
            for address in try await server.start() { announcement.listening(.admin, at: address) }
        } catch {
            await server.shutdown(within: .zero)
            throw error
        }
        // Ends with the graceful shutdown; a cancellation ends it as well.
        try? await gracefulShutdown()
        await server.shutdown(within: Self.drainTime)
    }
}
