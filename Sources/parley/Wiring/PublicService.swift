import ChatGateway
import ChatSQLite
import EngineIO
import Logging
import ServiceLifecycle
import SocketServer

/// The public listener, and the order in which the live side and the storage end. CONTRACT section 1, "SIGTERM".
///
/// 1. Nothing new: listeners closed, handshakes refused, `/readyz` says so.
/// 2. What was accepted is finished: the store commits what waits and closes; the acks go out with that.
/// 3. Clients are told (`session:ended`), in the way that brings them back; then the connections are closed.
struct PublicService: Service {
    /// How long clients have to take what is still under way to them.
    private static let drainTime: Duration = .seconds(3)

    let server: SocketServer
    let engine: EngineServer
    let gateway: ChatGateway
    let store: SQLiteChatStore
    let state: RunState
    let announcement: Announcement
    let logger: Logger

    func run() async throws {
        for address in try await server.start() { announcement.listening(.public, at: address) }
        state.isServing = true
        // Ends with the graceful shutdown; a cancellation ends it as well.
        try? await gracefulShutdown()
        logger.notice("stopping")
        state.isServing = false
        engine.refuseNewSessions()
        await server.stopAccepting()
        try await Appliance.close(store)
        gateway.endSessions()
        await server.shutdown(within: Self.drainTime)
    }
}
