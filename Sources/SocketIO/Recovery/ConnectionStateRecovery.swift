/// Connection state recovery (Socket.IO, "Connection state recovery"): a client that was cut off and comes back within
/// the window has its socket's id, rooms and data again, and is sent the events that it missed.
///
/// Clients of version 4.6 and newer do it by themselves: they show the private id of their session and the offset of
/// the last event they had, which therefore stands as a string behind the arguments of every event. Events that are
/// volatile or want an answer have none and are not sent again.
public struct ConnectionStateRecovery: Sendable {
    /// How long after the end of its connection a client may come back. Default two minutes.
    public var window: Duration
    /// Whether a client that is recovered enters without being asked anything. Default true, as the reference server.
    public var skipsMiddleware: Bool
    /// Makes what keeps sessions and events, one for each namespace. Default: ``MemoryRecoveryStore``.
    public var makeStore: @Sendable (_ namespace: String) -> any RecoveryStore

    public init(
        window: Duration = .seconds(120), skipsMiddleware: Bool = true,
        makeStore: (@Sendable (_ namespace: String) -> any RecoveryStore)? = nil
    ) {
        self.window = window
        self.skipsMiddleware = skipsMiddleware
        self.makeStore = makeStore ?? { _ in MemoryRecoveryStore(window: window) }
    }
}
