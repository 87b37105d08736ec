import ByteText
import EngineIO
import JSON
import NIOCore

/// A client that asks to enter a namespace: what middleware and gates decide by.
public struct ConnectRequest: Sendable {
    /// The namespace's name.
    public let namespace: String
    /// The auth payload of CONNECT; an empty object when there was none.
    public let auth: JSONValue
    /// Headers, query and address of the Engine.IO handshake.
    public let handshake: EngineHandshake
    /// The loop on which the socket will live.
    public let eventLoop: any EventLoop
    /// What the socket will have as ``Socket/data``: where middleware leaves what it found out.
    public let data: SocketData
}

/// Why a client may not enter a namespace: its `connect_error` event shows both.
public struct ConnectError: Error, Sendable, Hashable {
    public let message: String
    public let data: JSONValue?

    public init(_ message: String, data: JSONValue? = nil) {
        self.message = message
        self.data = data
    }
}

/// Decides who enters a namespace, without an `async` hop: the seam for servers with state of their own (recovery).
/// Middleware of the namespace is asked before it.
///
/// While it decides every ``DeliveryBatch`` of the namespace is kept for the socket, which is given them when it is in,
/// so that nothing falls between what the gate read and what the socket hears live. What a batch has to be done to a
/// socket (``DeliveryBatch/Builder/perform(_:onSocketsOf:)``) is done at once in any case.
public protocol ConnectionGate: Sendable {
    /// Called on the loop of the client. `decide` may be called from any thread, once.
    func admit(_ request: ConnectRequest, decide: @escaping @Sendable (ConnectDecision) -> Void)
}

public enum ConnectDecision: Sendable {
    /// The client is told why, and a stock one stays away for good.
    case refuse(ConnectError)
    /// The connection is closed without a word, so that a stock client comes back by itself: for what passes.
    case close
    case accept(Acceptance)

    public struct Acceptance: Sendable {
        /// The socket's id; `nil` for a fresh one.
        public var id: String?
        /// The private session id by which a client asks to be recovered; `nil` offers no recovery.
        public var pid: String?
        public var rooms: [String]
        /// The stamp (``DeliveryBatch/stamp``) that `rooms` are as of: what is younger moves the socket on.
        public var stamp = Int64.min
        /// Whether batches are kept for the socket until ``Socket/release(after:)``; or, for one that is told at length
        /// what it missed, only what moves it (``Socket/follow()``, ``Socket/keep()``).
        package var holdsDeliveries = false
        /// Whether the socket keeps the auth payload of its CONNECT (``Socket/auth``); not, where it is a secret that
        /// nobody asks for again.
        public var keepsAuth = true
        /// The headers, in lower case, that ``Socket/handshake`` keeps of the request, which may have been a kilobyte;
        /// `nil`: all, and the query. What is let go is gone for the other namespaces of the connection too.
        package var keptHeaders: [String]?
        /// What the socket's events may bring.
        public var eventLimits = EventLimits()
        /// Makes what handles the events that no closure (``Socket/on(_:_:)``) is for; called on the socket's loop,
        /// before CONNECT is answered. `nil`: there are only closures.
        public var makeHandler: (@Sendable (Socket) -> any SocketHandler)?

        public init(
            id: String? = nil, pid: String? = nil, rooms: [String] = [],
            makeHandler: (@Sendable (Socket) -> any SocketHandler)? = nil
        ) {
            self.id = id
            self.pid = pid
            self.rooms = rooms
            self.makeHandler = makeHandler
        }
    }
}

/// Handles one socket's events without closures a name; bound to the socket's loop.
public protocol SocketHandler: AnyObject {
    /// The socket is in its namespace and its CONNECT was answered.
    func socketDidConnect(_ socket: Socket)
    /// `ackID`: an answer is wanted (``Socket/acknowledge(_:with:)``).
    func socket(_ socket: Socket, didReceive event: ByteString, arguments: EventArguments, ackID: Int?)
    /// An event whose arguments were not made, for the reason given; its form is right. `ackID`: an answer is wanted.
    /// Without this method such an event is dropped.
    func socket(_ socket: Socket, didReceiveUnusable event: ByteString, because flaw: EventFlaw, ackID: Int?)
    /// All events that arrived together were delivered.
    func socketDidReceiveBurst(_ socket: Socket)
    /// All that was sent uncounted (``Socket/send(_:counted:)``) has left: the moment for the next part of something
    /// long. Called in a later turn of the loop, also when the socket took it at once.
    func socketDidDrain(_ socket: Socket)
    /// The client's account (``Socket/account``) was full, and a quarter of it is free again.
    func socketHasRoom(_ socket: Socket)
    /// The client does not keep up, and what waits for it is about to be dropped: what is returned is said in its
    /// place, before the end.
    func lastWords(of socket: Socket, for reason: DisconnectReason) -> EngineFrames?
    /// From where on the socket hears of what is in the room's past: what
    /// ``DeliveryBatch/Builder/send(_:toRoom:floors:)`` chooses by. Without this method 0.
    func floor(of socket: Socket, in room: ByteString) -> Int64
    /// A ``DeliveryBatch`` carried the answer of one of the socket's commands.
    func socketWasAnswered(_ socket: Socket)
    func socket(_ socket: Socket, didDisconnect reason: DisconnectReason)
}

extension SocketHandler {
    public func socketDidConnect(_ socket: Socket) {}
    public func socketDidReceiveBurst(_ socket: Socket) {}
    public func socketDidDrain(_ socket: Socket) {}
    public func socket(_ socket: Socket, didReceiveUnusable event: ByteString, because flaw: EventFlaw, ackID: Int?) {}
    public func lastWords(of socket: Socket, for reason: DisconnectReason) -> EngineFrames? { nil }
    public func socketHasRoom(_ socket: Socket) {}
    public func floor(of socket: Socket, in room: ByteString) -> Int64 { 0 }
    public func socketWasAnswered(_ socket: Socket) {}
}
