import ByteText
import JSON

/// Keeps, for one namespace, what clients need that come back: the seam of ``ConnectionStateRecovery``. Called from
/// many threads, but by one at a time, in the order in which events are sent; it is not to wait for anything.
public protocol RecoveryStore: Sendable {
    /// An event is sent. Its number is greater than that of all before.
    func append(_ event: RecoverableEvent)
    /// A client was cut off.
    func keep(_ session: RecoverableSession)
    /// A client comes back: its session is taken out, so that nobody else comes back to it.
    ///
    /// - Returns: `nil` when there is none, or it is too old.
    func take(_ privateID: ByteString) -> RecoverableSession?
    /// What was sent after the event of that number to whoever was in these rooms, in order.
    ///
    /// - Returns: `nil` when that event is not known any more, so nobody can say.
    func events(after number: Int64, for rooms: Set<ByteString>) -> [RecoverableEvent]?
}

/// The session of a client that was cut off.
public struct RecoverableSession: Sendable {
    /// ``Socket/id``.
    public let id: String
    /// By which the client names it; nobody else knows it.
    public let privateID: ByteString
    public let rooms: Set<ByteString>
    public let data: SocketData

    public init(id: String, privateID: ByteString, rooms: Set<ByteString>, data: SocketData) {
        self.id = id
        self.privateID = privateID
        self.rooms = rooms
        self.data = data
    }
}

/// An event that clients may miss.
public struct RecoverableEvent: Sendable {
    /// Counts the events of the namespace.
    public let number: Int64
    public let name: String
    public let arguments: [JSONValue]
    public let target: BroadcastTarget
    /// Bytes that it takes up, about.
    public let size: Int

    public init(number: Int64, name: String, arguments: [JSONValue], target: BroadcastTarget, size: Int) {
        self.number = number
        self.name = name
        self.arguments = arguments
        self.target = target
        self.size = size
    }

    /// Whether it was for a socket in these rooms.
    public func isFor(_ rooms: Set<ByteString>) -> Bool {
        (target.rooms.isEmpty || target.rooms.contains(where: rooms.contains))
            && !target.except.contains(where: rooms.contains)
    }
}
