/// Whom a broadcast is for. No room: everyone in the namespace.
public struct BroadcastTarget: Sendable, Hashable {
    public var rooms: [String]
    /// Rooms, or ids of sockets, that do not get it.
    public var except: [String]
    /// Dropped for sockets that have something unsent.
    public var volatile: Bool

    public init(rooms: [String] = [], except: [String] = [], volatile: Bool = false) {
        self.rooms = rooms
        self.except = except
        self.volatile = volatile
    }
}
