import ChatCore
import HTTPTypes
import Hummingbird
import Logging

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
    private let key: [UInt8]
    private let logger: Logger

    /// - Parameters:
    ///   - key: the bearer key of every call under `/admin` and of `/metrics`.
    ///   - backup: where `GET /admin/backup` reads; without it the call is not offered.
    ///   - documents: open texts besides its own.
    ///   - unreadiness: why the appliance is not ready, in a sentence for `/readyz`; `nil` when it is.
    ///   - extraMetrics: what others have to tell at `/metrics`.
    public init(
        store: any ChatStore, sessions: any LiveSessions, tokens: any TokenIssuer, backup: (any BackupSource)? = nil,
        documents: [StaticDocument] = [], key: String, program: Program, clock: @escaping @Sendable () -> Timestamp,
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
        self.key = Array(key.utf8)
        self.logger = logger
    }

    /// Every call there is.
    var routes: [AdminRoute] {
        userRoutes + tokenRoutes + chatRoutes + memberRoutes + messageRoutes + operationRoutes + openRoutes
    }

    /// The router of the admin listener.
    public func router() -> Router<BasicRequestContext> {
        let router = Router(context: BasicRequestContext.self, options: [.autoGenerateHeadEndpoints])
        let routes = routes
        router.add(middleware: AdminMiddleware(key: key, routes: routes, logger: logger))
        for route in routes {
            router.on(RouterPath(route.path), method: route.method) { request, context in
                try await route.handle(AdminRequest(request: request, parameters: context.parameters))
            }
        }
        return router
    }
}
