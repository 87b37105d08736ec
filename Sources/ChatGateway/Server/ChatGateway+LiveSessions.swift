import ByteText
import ChatCore
import ChatWire
import EngineIO
import NIOCore
import NIOHTTP1
import SocketIO

/// What the operator sees of the live connections, and may do to them.
extension ChatGateway {
    public struct Connection: Sendable, Hashable {
        public let sid: String
        public let userID: UserID
        public let address: String
        public let transport: String
        public let connectedAt: Timestamp
        public let userAgent: String?
    }

    public var connectionCount: Int { namespace.socketCount }

    public func onlineUsers(among users: [UserID]) -> Set<UserID> { presence.online(among: users) }

    public func connections() async -> [Connection] {
        var found: [Connection] = []
        for session in directory.all {
            let eventLoop = session.socket.eventLoop
            // An error means that the loop has ended, and the session with it.
            if let connection = try? await eventLoop.submit({ session.connection }).get() { found.append(connection) }
        }
        return found.sorted { ($0.connectedAt, ByteString($0.sid)) < ($1.connectedAt, ByteString($1.sid)) }
    }

    /// - Returns: `false` when there is no such connection.
    public func disconnect(sid: String) -> Bool {
        let sid = ByteString(sid)
        guard let session = directory.all.first(where: { ByteString($0.socket.id) == sid }) else { return false }
        session.endFromAnywhere(.disconnected)
        return true
    }

    public func disconnect(user: UserID) {
        for session in directory.sessions(of: user) { session.endFromAnywhere(.disconnected) }
        // Those of other processes; who is here has ended then.
        var batch = DeliveryBatch.Builder()
        batch.perform(SessionAct.end(.disconnected), onSocketsOf: Self.room(of: user))
        namespace.deliver(batch.finish(stamp: .max, trailer: nil, isEphemeral: true))
    }
}

extension ChatSession {
    var connection: ChatGateway.Connection {
        ChatGateway.Connection(
            sid: socket.id, userID: user.id, address: socket.handshake.remoteAddress,
            transport: socket.transportName, connectedAt: connectedAt,
            userAgent: socket.handshake.headers["user-agent"].first)
    }

    /// ``end(_:)`` from any thread.
    func endFromAnywhere(_ end: SessionEnd) {
        if socket.eventLoop.inEventLoop { self.end(end) } else { socket.eventLoop.execute { self.end(end) } }
    }
}
