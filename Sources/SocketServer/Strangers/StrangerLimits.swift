/// How many connections may be open that no valid token vouches for. CONTRACT section 3, "Overload".
///
/// They are bounds of those who had time to show one: for ``grace`` after it came a connection is not held to them, so
/// that a crowd that comes at once (an office, a server that restarted) does not throw itself out. What keeps a flood
/// of young ones in bounds are the ``crowd`` bounds, and that an address with many gives way to one with few.
public struct StrangerLimits: Sendable {
    /// Altogether. Default 2,000.
    public var total: Int
    /// From one address. Default 20.
    public var perAddress: Int
    /// From one address, however young. Default 1,000.
    public var crowdOfAddress: Int
    /// Altogether, however young. Default 8,000.
    public var crowd: Int
    /// Connections that a token vouched for at an earlier request and that rest since, and those of trusted proxies.
    /// Default 16,384.
    public var resting: Int
    /// How long a connection may be a stranger before it gives way. Default 3 s: a token by a slow line with TLS.
    public var grace: Duration

    public init(
        total: Int = 2000, perAddress: Int = 20, crowdOfAddress: Int = 1000, crowd: Int = 8000, resting: Int = 16_384,
        grace: Duration = .seconds(3)
    ) {
        self.total = total
        self.perAddress = perAddress
        self.crowdOfAddress = crowdOfAddress
        self.crowd = crowd
        self.resting = resting
        self.grace = grace
    }
}
