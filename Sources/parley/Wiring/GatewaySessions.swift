import ChatCore
import ChatGateway
import ChatHTTP

/// The gateway as the admin endpoint sees it.
struct GatewaySessions: LiveSessions {
    let gateway: ChatGateway

    func online(among users: [UserID]) async -> Set<UserID> { gateway.onlineUsers(among: users) }

    func connections() async -> [ConnectionInfo] {
        await gateway.connections().map { connection in
            ConnectionInfo(
                sid: connection.sid, userID: connection.userID, address: connection.address,
                transport: connection.transport, connectedAt: connection.connectedAt,
                userAgent: connection.userAgent)
        }
    }

    func disconnect(sid: String) async -> Bool { gateway.disconnect(sid: sid) }

    func disconnect(user: UserID) async { gateway.disconnect(user: user) }

    func connectionCount() async -> Int { gateway.connectionCount }
}
