import ChatCore
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

    private let server: SocketServer
    private let announcement: Announcement
    private let state: RunState

    init(
        responder: AdminResponder, configuration: ServeConfiguration, announcement: Announcement, state: RunState
    ) {
        var server = SocketServerConfiguration(
            listen: [configuration.adminListen], threads: 1, logger: Logger(label: "parley.admin"))
        server.trustedProxies = configuration.trustedProxies
        // An operator's page, a few scrapers, some downloads. Who has not shown the key gives way to who comes.
        server.limits.maxConnections = DescriptorBudget.adminConnections
        let strangers = DescriptorBudget.adminConnections / 2
        server.limits.strangers = StrangerLimits(
            total: strangers, perAddress: strangers, crowdOfAddress: strangers * 3 / 2, crowd: strangers * 3 / 2,
            resting: strangers)
        server.endsThreads = false
        self.server = SocketServer(configuration: server, routes: HTTPRoutes(fallback: responder))
        self.announcement = announcement
        self.state = state
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
        await server.shutdown(within: state.stopDeadline.within(Self.drainTime).left)
    }
}
