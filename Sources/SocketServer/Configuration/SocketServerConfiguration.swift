public import Logging
import NIOCore

/// How a ``SocketServer`` listens.
public struct SocketServerConfiguration: Sendable {
    /// Where to listen; at least one.
    public var listen: [ListenAddress]
    /// Event-loop threads. Default: the cores.
    public var threads: Int
    /// Mode of the socket of a `unix:` listener: who may connect. Default 0666: the mode of its folder decides.
    public var unixMode: UInt32 = 0o666
    /// TLS on every TCP listener; nil is plain text.
    public var tls: TLSCredentials?
    /// Whose `X-Forwarded-For` and `X-Forwarded-Proto` are believed.
    public var trustedProxies = TrustedProxies()
    public var limits = SocketServerLimits()
    /// What connections may keep together while they speak HTTP: requests that wait, bodies that nobody takes,
    /// responses that the client does not take. Past it the largest goes. Default: no limit.
    public var memory = MemoryPool()
    /// Connections that the kernel holds until they are accepted. Default 1024 (the kernel may cap it).
    public var backlog: Int32 = 1024
    /// Whether ``SocketServer/shutdown(within:)`` ends the threads. False where others may still have something to tell
    /// a loop when all connections are gone (a read of the store, a timer, a call of another listener): a loop that has
    /// ended complains of that on standard error, and what was told is lost. A program that ends with its server leaves
    /// the threads to the end of the process.
    public var endsThreads = true
    public var logger: Logger

    public init(
        listen: [ListenAddress], threads: Int = SocketServerConfiguration.cores,
        logger: Logger = Logger(label: "parley.sockets")
    ) {
        self.listen = listen
        self.threads = threads
        self.logger = logger
    }
}

extension SocketServerConfiguration {
    /// The cores of this machine, as far as the process may use them.
    public static var cores: Int { max(1, System.coreCount) }
}
