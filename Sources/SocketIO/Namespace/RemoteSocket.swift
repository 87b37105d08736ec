import ByteText
import EngineIO
import JSON
import NIOCore

/// A socket as it was when ``BroadcastOperator/fetchSockets()`` came by, with what can be done with it from anywhere.
public struct RemoteSocket: Sendable {
    public let id: String
    /// The rooms that it was in, that of its id among them.
    public let rooms: Set<ByteString>
    public let handshake: EngineHandshake
    public let auth: JSONValue
    /// The socket's own, not a copy.
    public let data: SocketData
    private let namespace: Namespace

    fileprivate init(_ socket: Socket) {
        id = socket.id
        rooms = socket.rooms
        handshake = socket.handshake
        auth = socket.auth
        data = socket.data
        namespace = socket.namespace
    }

    private var target: BroadcastOperator { namespace.to(id) }

    /// Sends an event, if the socket is still there.
    ///
    /// - Throws: `EncodingError` when an argument cannot be encoded.
    public func emit(_ event: String, _ arguments: any Encodable & Sendable...) throws {
        try target.emit(event, arguments: arguments)
    }

    public func join(_ rooms: String...) { target.socketsJoin(rooms) }
    public func leave(_ rooms: String...) { target.socketsLeave(rooms) }

    public func disconnect(closingConnection: Bool = false) {
        target.disconnectSockets(closingConnection: closingConnection)
    }
}

extension Namespace {
    /// The sockets of a target, loop by loop.
    func snapshot(of target: BroadcastTarget) async -> [RemoteSocket] {
        var found: [RemoteSocket] = []
        for shard in allShards {
            found += await withCheckedContinuation { continuation in
                shard.eventLoop.execute {
                    continuation.resume(returning: shard.rooms.targets(of: target).map { RemoteSocket($0) })
                }
            }
        }
        return found
    }
}
