import CMemory
import ChatCore
import ChatGateway
import ChatHTTP
import ChatTokens
import EngineIO
import Foundation
import Logging
import NIOCore
import NIOPosix
import ServiceLifecycle
import SocketIO
import SocketServer

extension Appliance {
    /// Opens the listeners on an open store; returns when the listeners are closed and the store is finished.
    ///
    /// - Parameter losses: tells when the store has lost its file; everything then ends with that error.
    func serve(
        _ store: any ServedStore, _ adminKey: AdminKey, isFirstStart: Bool, losses: AsyncStream<StoreOpenError>
    ) async throws {
        FileAddress.choosePrefix(configuration.pathPrefix?.description ?? "")
        let keys = try await SigningKeys(of: store, configured: configuration.jwtSecrets)
        let authority = try await tokenAuthority(keys)
        let keeper = KeyKeeper(
            authority: authority, store: store, ring: keys.ring, isConfigured: configuration.jwtSecrets != nil)
        let group = MultiThreadedEventLoopGroup(numberOfThreads: configuration.threads)
        for eventLoop in group.makeIterator() { eventLoop.execute { cmemory_prepare_thread(32 << 20) } }
        let descriptors = try descriptorBudget()
        let memory = MemoryPool(limit: configuration.maxMemory ?? MachineMemory.standardBuffers)
        let bounds = ConnectionBounds(limit: descriptors.sessions)
        let io = SocketIOServer(configuration: socketIOConfiguration(bounds, memory: memory), eventLoopGroup: group)
        let fileLinks = FileLinkAuthority(secret: keys.files)
        let gateway = ChatGateway(
            configuration: gatewayConfiguration, store: store, verifier: authority,
            tickets: RecoveryTicketAuthority(secret: keys.recovery), fileLinks: fileLinks, io: io,
            eventLoopGroup: group, logger: Logger(label: "parley.gateway"))
        let files = FileSite(
            store: store, verifier: authority, links: fileLinks, maxAttachment: Int64(configuration.maxAttachment),
            createsUsers: configuration.autoCreateUsers, stripsLocation: configuration.stripLocation)
        try await gateway.start(beside: [files.leases])
        try await keys.keep(in: store)
        let sessions = GatewaySessions(gateway: gateway)
        await keeper.watch(sessions, files.leases)

        let state = RunState()
        let backups = StoreBackups(store: store)
        let announcement = Announcement(
            configuration,
            remarks: unknownVariables + StartRemark.weaknesses(of: configuration) + remarks(on: descriptors),
            firstStart: isFirstStart ? Announcement.FirstStart(adminKeyPath: adminKey.path) : nil, logger: logger)
        let tls = try configuration.tls.map { try TLSCredentials(certificateFile: $0.certificate, keyFile: $0.key) }
        var routes = HTTPRoutes(
            fallback: PublicSite(
                files: files,
                events: EventSite(
                    desk: GatewayEvents(gateway: gateway), files: files, maxBody: configuration.maxPayload),
                documents: [Self.typeScript, Self.openAPI], cors: configuration.cors,
                prefix: configuration.pathPrefix, logger: Logger(label: "parley.http")),
            prefix: configuration.pathPrefix)
        routes.add(io.engine.configuration.path, io.engine)
        let server = SocketServer(
            configuration: serverConfiguration(tls, descriptors, memory: memory), group: group, routes: routes)
        bounds.watch(io.engine, server.registry)
        let publicService = PublicService(
            server: server, engine: io.engine, gateway: gateway, store: store, backups: backups, state: state,
            announcement: announcement, logger: logger)
        let adminService = AdminService(
            responder: AdminSite(
                store: store, sessions: sessions, tokens: keeper, backup: backups,
                documents: [Self.asyncAPI], key: adminKey.text, hosts: configuration.adminHosts,
                program: AdminSite.Program(version: Version.text, startedAt: .now()), clock: { .now() },
                unreadiness: { state.unreadiness(store.trouble) },
                extraMetrics: { ApplianceMetrics.all(store: store, server: server, engine: io.engine) },
                logger: Logger(label: "parley.admin")
            ).responder(), configuration: configuration, announcement: announcement, state: state)
        var services: [any Service] = [adminService, publicService]
        services.append(StoreWatch(losses: losses))
        services.append(
            FileReloader(credentials: tls, keyFiles: configuration.keyFiles, keeper: keeper, logger: logger))
        if let url = configuration.jwtJWKSURL { services.append(keySetWatch(url, for: authority, group: group)) }
        services.append(IdleMemory(logger: logger))
        services.append(EndOnSignal())
        try await run(services)
    }

    private static let typeScript = StaticDocument(
        path: "/parley.d.ts", type: "application/typescript; charset=utf-8", text: EventCatalog.typeScript)

    private static let openAPI = StaticDocument(
        path: "/openapi.json", type: "application/json; charset=utf-8",
        text: EventCatalog.openAPI(version: Version.text))

    private static let asyncAPI = StaticDocument(
        path: "/asyncapi.json", type: "application/json; charset=utf-8",
        text: EventCatalog.asyncAPI(version: Version.text))

    /// Ends the services in the reverse of their order, the public listener before the admin endpoint.
    private func run(_ services: [any Service]) async throws {
        var quiet = Logger(label: "parley.lifecycle")
        quiet.logLevel = max(quiet.logLevel, .warning)
        var group = ServiceGroupConfiguration(
            services: services.map { service in
                ServiceGroupConfiguration.ServiceConfiguration(
                    service: service, successTerminationBehavior: .gracefullyShutdownGroup,
                    failureTerminationBehavior: .gracefullyShutdownGroup)
            }, logger: quiet)
        group.maximumGracefulShutdownDuration = Self.shutdownTime
        try await ServiceGroup(configuration: group).run()
    }

    private func keySetWatch(_ url: String, for authority: TokenAuthority, group: any EventLoopGroup) -> KeySetWatch {
        let client = KeySetClient(url: url, group: group)
        let watch = KeySetWatch(
            authority, logger: Logger(label: "parley.tokens"), fetch: { try await client.fetch() },
            close: { try await client.close() })
        authority.fetch(from: watch)
        return watch
    }

    private func tokenAuthority(_ keys: SigningKeys) async throws -> TokenAuthority {
        var outside: OutsideKeys?
        if let text = configuration.jwtPublicKey {
            do {
                outside = try await OutsideKeys(text)
            } catch let error as OutsideKeysError {
                throw Failure(.configuration, "the file of --jwt-public-key \(error)")
            }
        }
        return TokenAuthority(
            ring: keys.ring, outside: outside, policy: configuration.tokenPolicy, clock: { .now() })
    }

    // MARK: Configurations of the parts

    private func socketIOConfiguration(
        _ bounds: ConnectionBounds, memory: MemoryPool
    ) -> SocketIOConfiguration {
        var engine = EngineConfiguration()
        engine.pingInterval = configuration.pingInterval
        engine.pingTimeout = configuration.pingTimeout
        engine.maxPayload = configuration.maxPayload
        engine.maxSendQueue = configuration.maxSendQueue
        engine.maxConnectionMemory = configuration.maxConnectionMemory
        engine.memory = memory
        engine.cors = configuration.cors
        engine.admission = { bounds.admission(of: $0) }
        return SocketIOConfiguration(engine: engine, connectTimeout: configuration.connectTimeout)
    }

    private var gatewayConfiguration: GatewayConfiguration {
        var gateway = GatewayConfiguration()
        gateway.autoCreateUsers = configuration.autoCreateUsers
        gateway.messageRate = configuration.rateLimitMessages
        gateway.eventRate = configuration.rateLimitEvents
        gateway.maxConnectionsPerUser = configuration.maxConnectionsPerUser
        gateway.presenceGrace = configuration.presenceGrace
        gateway.typingTimeout = configuration.typingTimeout
        gateway.quietMembers = configuration.quietMembers
        gateway.historyVisibility = configuration.history
        gateway.maxMessageLength = configuration.maxMessageLength
        gateway.maxAttachment = Int64(configuration.maxAttachment)
        gateway.maxPayload = configuration.maxPayload
        return gateway
    }

    /// What the kernel's limit of open files leaves for connections; said where it is less than was asked for.
    private func descriptorBudget() throws -> DescriptorBudget {
        let budget = DescriptorBudget(
            limit: ResourceLimits.raiseOpenFiles(), threads: configuration.threads,
            readers: StoreEngine(configuration).readers, sessions: configuration.maxConnections)
        guard budget.isEnough else {
            throw Failure(
                .configuration,
                "the limit of open files (ulimit -n) is \(budget.limit): at least \(budget.leastLimit) are needed")
        }
        logger.debug("open files", metadata: budget.metadata)
        return budget
    }

    private func remarks(on budget: DescriptorBudget) -> [StartRemark] {
        let isAsked = configuration.maxConnections != ServeConfiguration.standardMaxConnections
        return budget.remark(asked: configuration.maxConnections, isDefault: !isAsked).map { [$0] } ?? []
    }

    private func serverConfiguration(
        _ tls: TLSCredentials?, _ descriptors: DescriptorBudget, memory: MemoryPool
    ) -> SocketServerConfiguration {
        let passed = SystemdSockets.descriptors(ProcessInfo.processInfo.environment)
        let listen = passed.isEmpty ? [configuration.listen] : passed.map { ListenAddress.descriptor($0) }
        var server = SocketServerConfiguration(
            listen: listen, threads: configuration.threads, logger: Logger(label: "parley.sockets"))
        server.tls = tls
        server.memory = memory
        server.endsThreads = false
        server.unixMode = configuration.unixMode ?? server.unixMode
        server.trustedProxies = configuration.trustedProxies
        descriptors.apply(to: &server.limits)
        server.limits.requestsPerAddress = 500
        server.limits.requestsPerConnection = 100
        return server
    }
}
