import ByteText

/// Whom a broadcast is for. No room: everyone in the namespace.
public struct BroadcastTarget: Sendable, Hashable {
    public var rooms: [ByteString]
    /// Rooms that do not get it; each socket is in one of its id.
    public var except: [ByteString]
    /// Dropped for sockets that have something unsent.
    public var volatile: Bool

    public init(rooms: [String] = [], except: [String] = [], volatile: Bool = false) {
        self.rooms = rooms.map { ByteString($0) }
        self.except = except.map { ByteString($0) }
        self.volatile = volatile
    }
}
