/// Every bound of a server's connections.
public struct SocketServerLimits: Sendable {
    /// Open TCP connections. One more takes the place of a stranger; where there is none it is answered 503 and closed.
    /// Default 65,536: the limits of sessions above it refuse in a way that clients understand, this one guards
    /// descriptors and memory.
    public var maxConnections = 65_536
    /// Of those, connections that no valid token vouches for.
    public var strangers = StrangerLimits()
    /// Requests a second of one address that no token vouches for, with bursts of six seconds' worth; past it they are
    /// answered 429 or 503. Default 0: no limit.
    public var requestsPerAddress = 0
    /// Requests a second of one connection that no token vouches for, with bursts of two seconds' worth; past it the
    /// next one waits. Default 0: no limit.
    public var requestsPerConnection = 0
    /// Bytes a second at which a body has to come, and a response has to be taken, in the long run: who is slower holds
    /// a place by a byte now and then. Counted after ``stallTimeout``; 0 is no limit. Default 1 KiB, which the slowest
    /// phone's line keeps.
    public var minimumRate = 1024
    /// Bytes of one header field, name and value. Default 16 KiB, which holds a long token.
    public var maxHeaderFieldSize = 16 * 1024
    /// Bytes of a request's head. Default 32 KiB.
    public var maxHeaderListSize = 32 * 1024
    /// Header fields of a request. Default 100.
    public var maxHeaderFieldCount = 100
    /// Bytes of following requests kept while one is answered (pipelining); past it nothing is read. Default 16 KiB:
    /// what is read ahead is parsed ahead, whoever may never take the answers.
    public var maxPipelinedBytes = 16 * 1024
    /// Bytes of a request body that are thrown away after an early answer, to keep the connection. Default 256 KiB.
    public var maxDiscardedBody = 256 * 1024
    /// From the accept to a whole first request head, TLS included. Default 15 s.
    public var headTimeout: Duration = .seconds(15)
    /// From a response to the next whole request head. Default 75 s.
    public var keepAliveTimeout: Duration = .seconds(75)
    /// Between two parts of a request body. Default 30 s.
    public var bodyTimeout: Duration = .seconds(30)
    /// How long a client may take less than ``minimumRate`` of what is written to it. Default 20 s.
    public var stallTimeout: Duration = .seconds(20)
    /// From our close to the client's. Default 5 s.
    public var closeTimeout: Duration = .seconds(5)

    public init() {}
}
