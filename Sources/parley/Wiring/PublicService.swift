import ChatCore
import ChatGateway
import EngineIO
import Logging
import ServiceLifecycle
import SocketServer

/// The public listener, and the order in which the live side and the storage end. CONTRACT section 1, "SIGTERM".
///
/// 1. Nothing new: handshakes are answered 503, `/readyz` says no.
/// 2. Clients are told (`session:ended`); events that come from now on stay unanswered, so that they are sent again.
/// 3. Copies for backups are broken off: they hold the file open. What was accepted is finished: the store commits what
///    waits and closes; the acks go out with that.
/// 4. The sessions are closed in the way that brings clients back. One that is between two polls still has to fetch its
///    last words: so the listeners stay until all have them, or long enough.
/// 5. The listeners and the connections are closed.
///
/// All of it has one deadline (``ChatCore/StopDeadline``), of which the store leaves the connections ``closingTime``.
struct PublicService: Service {
    /// What the store leaves of the time of the stop.
    private static let closingTime: Duration = .seconds(4)
    /// What the listener leaves of it to the admin's.
    private static let adminTime: Duration = .seconds(1)
    /// How long clients have to fetch the last word.
    private static let farewellTime: Duration = .seconds(2)
    /// How long connections have to take what is still under way to them.
    private static let drainTime: Duration = .seconds(3)

    let server: SocketServer
    let engine: EngineServer
    let gateway: ChatGateway
    let store: any ServedStore
    let backups: StoreBackups
    let state: RunState
    let announcement: Announcement
    let logger: Logger

    func run() async throws {
        announcement.listening(.public, at: try await server.start())
        state.isServing = true
        // Ends with the graceful shutdown; a cancellation ends it as well.
        try? await gracefulShutdown()
        logger.notice("stopping")
        let deadline = state.stopDeadline
        state.isServing = false
        engine.refuseNewSessions()
        await gateway.stopTakingEvents()
        await backups.stop()
        var failure: (any Error)?
        do {
            try await Appliance.close(store, by: deadline.sooner(by: Self.closingTime))
        } catch {
            failure = error
        }
        gateway.endSessions()
        await farewell(by: deadline.within(Self.farewellTime))
        await server.shutdown(within: deadline.sooner(by: Self.adminTime).within(Self.drainTime).left)
        if let failure { throw failure }
    }

    /// Waits until every session is gone, or long enough.
    private func farewell(by deadline: StopDeadline) async {
        while engine.sessionCount > 0, !deadline.isOver {
            // A cancelled wait only makes the loop look more often.
            try? await Task.sleep(for: .milliseconds(10))
        }
    }
}
