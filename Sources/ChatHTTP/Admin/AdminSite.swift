import ChatCore
import HTTPTypes
import Hummingbird
import Logging
import SocketServer

/// The admin listener: everything of CONTRACT section 2.
public struct AdminSite: Sendable {
    /// What `GET /admin/stats` and `/metrics` call the program.
    public struct Program: Sendable {
        public var version: String
        public var startedAt: Timestamp

        public init(version: String, startedAt: Timestamp) {
            self.version = version
            self.startedAt = startedAt
        }
    }

    let store: any ChatStore
    let sessions: any LiveSessions
    let tokens: any TokenIssuer
    let backup: (any BackupSource)?
    let documents: [StaticDocument]
    let program: Program
    let clock: @Sendable () -> Timestamp
    let unreadiness: @Sendable () -> String?
    let extraMetrics: @Sendable () -> [Metric]
    private let keyGuard: AdminGuard
    private let hosts: AdminHosts
    private let logger: Logger

    /// - Parameters:
    ///   - key: the bearer key of every call that is not declared open.
    ///   - hosts: names by which the listener is called, besides `localhost` and addresses.
    ///   - backup: where `GET /admin/backup` reads; without it the call is not offered.
    ///   - documents: open texts besides its own.
    ///   - unreadiness: why the appliance is not ready, in a sentence for `/readyz`; `nil` when it is.
    ///   - extraMetrics: what others have to tell at `/metrics`.
    public init(
        store: any ChatStore, sessions: any LiveSessions, tokens: any TokenIssuer, backup: (any BackupSource)? = nil,
        documents: [StaticDocument] = [], key: String, hosts: [String] = [], program: Program,
        clock: @escaping @Sendable () -> Timestamp,
        unreadiness: @escaping @Sendable () -> String? = { nil },
        extraMetrics: @escaping @Sendable () -> [Metric] = { [] }, logger: Logger
    ) {
        self.store = store
        self.sessions = sessions
        self.tokens = tokens
        self.backup = backup
        self.documents = documents
        self.program = program
        self.clock = clock
        self.unreadiness = unreadiness
        self.extraMetrics = extraMetrics
        keyGuard = AdminGuard(key: key, logger: logger)
        self.hosts = AdminHosts(hosts)
        self.logger = logger
    }

    /// Every call there is.
    var routes: [Route] {
        userRoutes + tokenRoutes + chatRoutes + memberRoutes + messageRoutes + operationRoutes + openRoutes + [
            // What is not there is guarded as what is.
            .guarded(nil, "/admin/**", by: keyGuard) { _, _ in throw HTTPFailure.notFound("There is nothing here.") }
        ]
    }

    /// Calls that change nothing, and give away so much that they are logged as if they did.
    static let secretLooks: Set<String> = ["/admin/backup"]

    /// A call that needs the admin key: its handler takes what only the guard lets through.
    func guarded(
        _ call: AdminCall, _ handle: @escaping @Sendable (AdminRequest) async throws -> Response
    ) -> Route {
        .guarded(call.method, call.path, by: keyGuard, as: call) { request, pass in
            try await handle(try await AdminRequest(request, pass, as: call))
        }
    }

    var desk: AdminDesk {
        AdminDesk(table: RouteTable(routes), hosts: hosts, refusals: RefusalLog(logger: logger), logger: logger)
    }

    /// What the admin listener answers with.
    public func responder() -> AdminResponder { AdminResponder(desk: desk) }
}
