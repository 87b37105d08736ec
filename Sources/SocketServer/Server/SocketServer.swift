import ByteText
import Logging
public import NIOCore
public import NIOPosix
import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A server of TCP and Unix sockets on a pool of event loops: HTTP/1.1, WebSocket, TLS.
///
/// Each connection lives on one loop. What answers its requests is told by ``HTTPRoutes``.
///
///     let server = SocketServer(configuration: .init(listen: [.tcp(host: "::", port: 5000)]), routes: routes)
///     let addresses = try await server.start()
///     …
///     await server.stopAccepting()
///     await server.shutdown(within: .seconds(5))
public final class SocketServer: Sendable {
    private let configuration: SocketServerConfiguration
    private let group: MultiThreadedEventLoopGroup
    private let shared: ServerShared
    private let listeners = Mutex<[any Channel]>([])

    /// - Parameter group: the threads, where what answers the routes has to know them before; they become the server's,
    ///   which ends them. By default as many as configured.
    public init(
        configuration: SocketServerConfiguration, group: MultiThreadedEventLoopGroup? = nil, routes: HTTPRoutes
    ) {
        self.configuration = configuration
        self.group = group ?? MultiThreadedEventLoopGroup(numberOfThreads: max(1, configuration.threads))
        shared = ServerShared(configuration: configuration, routes: routes)
    }

    /// The loops that connections live on.
    public var eventLoops: [any EventLoop] { Array(group.makeIterator()) }

    /// Connections past ``SocketServerLimits/maxConnections`` that may be open for the moment in which they are
    /// refused.
    public static let connectionsInExcess = AcceptGate.excess

    /// Who is connected without a valid token.
    public var registry: ConnectionRegistry { shared.registry }

    /// Open TCP and Unix connections.
    public var connectionCount: Int { shared.connections.count }

    /// Begins to listen.
    /// - Returns: the addresses bound to, in the order configured; port 0 has become the port taken.
    /// - Throws: ``SocketServerError``; nothing listens then.
    public func start() async throws(SocketServerError) -> [ListenAddress] {
        var bound: [ListenAddress] = []
        for address in configuration.listen {
            do throws(SocketServerError) {
                let channel = try await listen(at: address)
                listeners.withLock { $0.append(channel) }
                bound.append(Self.boundAddress(of: channel, asked: address))
            } catch {
                await stopAccepting()
                throw error
            }
        }
        return bound
    }

    /// Closes the listeners; connections stay.
    public func stopAccepting() async {
        let open = listeners.withLock { channels in
            defer { channels = [] }
            return channels
        }
        for channel in open {
            // Closed already is as good.
            _ = try? await channel.close()
        }
    }

    /// Ends every connection with the response it is at, closes what remains after `deadline`, and ends the threads, if
    /// they are to end with it.
    ///
    /// The tasks of requests still unanswered then are cancelled, and waited for (a second at most): they, and what one
    /// loop has to tell another about the end, need the threads.
    public func shutdown(within deadline: Duration) async {
        await stopAccepting()
        onEachLoop { $0.drain() }
        await wait(for: shared.connections, atMost: deadline)
        onEachLoop { $0.closeAll() }
        await wait(for: shared.connections, atMost: .seconds(1))
        await wait(for: shared.tasks, atMost: .seconds(1))
        // A turn of each loop, for what the closing connections told it.
        for eventLoop in eventLoops { _ = try? await eventLoop.submit {}.get() }
        guard configuration.endsThreads else { return }
        do {
            try await group.shutdownGracefully()
        } catch {
            configuration.logger.warning("event loops did not end in order", metadata: ["error": "\(error)"])
        }
    }

    private func onEachLoop(_ body: @escaping @Sendable (LoopContext) -> Void) {
        for eventLoop in eventLoops {
            eventLoop.execute { [shared] in body(shared.context(of: eventLoop)) }
        }
    }

    private func wait(for counter: OpenCounter, atMost limit: Duration) async {
        let eventLoop = group.any()
        let promise = eventLoop.makePromise(of: Void.self)
        let timeout = eventLoop.scheduleTask(in: .init(limit)) { promise.succeed() }
        counter.whenEmpty(on: eventLoop).whenComplete { _ in
            timeout.cancel()
            promise.succeed()
        }
        // The promise is never failed.
        _ = try? await promise.futureResult.get()
    }

    // MARK: Listening

    private func listen(at address: ListenAddress) async throws(SocketServerError) -> any Channel {
        do {
            switch address {
            case .tcp(let host, let port):
                return try await bind(host: host, port: port)
            case .unix(let path):
                let descriptor = try UnixListener.open(
                    at: path, mode: configuration.unixMode, backlog: configuration.backlog)
                return try await bootstrap(isTCP: false).withBoundSocket(descriptor).get()
            case .descriptor(let descriptor):
                return try await bootstrap(isTCP: nil).withBoundSocket(descriptor).get()
            }
        } catch let error as SocketServerError {
            throw error
        } catch let error as IOError where error.errnoCode == EADDRINUSE {
            throw .addressInUse(address.description)
        } catch let error as IOError {
            throw .cannotListen(address.description, reason: String(cString: strerror(error.errnoCode)))
        } catch is SocketAddressError.UnknownHost {
            throw .cannotListen(address.description, reason: "no host can be found by that name")
        } catch is SocketAddressError {
            throw .cannotListen(address.description, reason: "that is no address to listen on")
        } catch {
            throw .cannotListen(address.description, reason: "\(error)")
        }
    }

    private func bind(host: String, port: Int) async throws -> any Channel {
        guard ByteString(host) == "::" else {
            return try await bootstrap(isTCP: true).bind(host: host, port: port).get()
        }
        do {
            return try await bootstrap(isTCP: true)
                .serverChannelOption(
                    // Whether an IPv6 listener leaves IPv4 out (RFC 3493 section 5.3).
                    ChannelOptions.Types.SocketOption(level: .ipv6, name: .ipv6_v6only), value: 0)
                .bind(host: host, port: port).get()
        } catch let error as IOError
            where [EAFNOSUPPORT, EADDRNOTAVAIL, EPROTONOSUPPORT].contains(error.errnoCode)
        {
            return try await bootstrap(isTCP: true).bind(host: "0.0.0.0", port: port).get()
        }
    }

    /// - Parameter isTCP: nil when only the descriptor knows.
    private func bootstrap(isTCP: Bool?) -> ServerBootstrap {
        let (shared, logger) = (shared, configuration.logger)
        let tls = isTCP == false ? nil : configuration.tls
        let bootstrap = ServerBootstrap(group: group)
            .serverChannelOption(ChannelOptions.backlog, value: configuration.backlog)
            .serverChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    if isTCP != false { Self.boundUnsentBytes(of: channel, logger) }
                    try channel.pipeline.syncOperations.addHandler(AcceptGate(shared: shared, logger: logger))
                }
            }
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try Self.accept(channel, isTCP: isTCP == true, shared: shared, tls: tls)
                }
            }
        guard isTCP == true else { return bootstrap }
        return bootstrap.serverChannelOption(ChannelOptions.socketOption(.so_reuseaddr), value: 1)
    }

    /// What the kernel keeps of a connection that its client does not take, without what is under way. The kernel's own
    /// bound is some megabytes a connection, which no account of ours would know of.
    static let maxUnsentInKernel = 128 << 10

    /// Accepted connections have it from their listener.
    private static func boundUnsentBytes(of listener: any Channel, _ logger: Logger) {
        #if os(Linux)
        let option = ChannelOptions.tcpOption(NIOBSDSocket.Option(rawValue: TCP_NOTSENT_LOWAT))
        do {
            try listener.syncOptions?.setOption(option, value: maxUnsentInKernel)
        } catch {
            // A socket that was handed over may be a Unix one, which keeps little.
            logger.debug("unsent bytes are bounded by the kernel", metadata: ["parley.error": "\(error)"])
        }
        #endif
    }

    /// Here rather than by the bootstrap, whose futures and existentials are a thirtieth of all that a connect costs.
    private static func setOptions(of channel: any Channel, isTCP: Bool) throws {
        guard let options = channel.syncOptions else { return }
        try options.setOption(ChannelOptions.maxMessagesPerRead, value: 1)
        try options.setOption(ChannelOptions.recvAllocator, value: ReceiveAllocator())
        if isTCP { try options.setOption(ChannelOptions.tcpOption(.tcp_nodelay), value: 1) }
    }

    private static func accept(
        _ channel: any Channel, isTCP: Bool, shared: ServerShared, tls: TLSCredentials?
    ) throws {
        let context = shared.context(of: channel.eventLoop)
        // It was counted at the gate: whatever fails from here on, its end counts it out.
        context.add(channel)
        try setOptions(of: channel, isTCP: isTCP)
        let isProxy = shared.trustedProxies.isTrusted(channel.remoteAddress)
        let key = AddressKey(channel.remoteAddress)
        let registry = shared.registry
        let stranger = registry.arrive(key, isProxy: isProxy) { channel.close(promise: nil) }
        if !isProxy, registry.isCrowded(key) { registry.trimLater(on: channel.eventLoop) }
        guard shared.connections.count <= shared.connections.limit || registry.giveWay(to: stranger) else {
            stranger.leave()
            return try channel.pipeline.syncOperations.addHandler(OverloadHandler())
        }
        try HTTPPipeline.install(on: channel, tls: tls, context: context, stranger: stranger, isProxied: isProxy)
    }

    private static func boundAddress(of channel: any Channel, asked: ListenAddress) -> ListenAddress {
        guard let local = channel.localAddress, let host = local.ipAddress, let port = local.port else { return asked }
        return .tcp(host: host, port: port)
    }
}

