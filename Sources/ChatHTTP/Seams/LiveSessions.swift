import ChatCore

/// What the admin endpoint asks of the live side: who is online, who is connected, and to end a session by hand.
///
/// What commands do to sockets (blocks, revocations, memberships) is not asked here: it follows from the commit.
public protocol LiveSessions: Sendable {
    /// Those of `users` who are online (CONTRACT section 3, presence).
    func online(among users: [UserID]) async -> Set<UserID>
    /// Every connected socket.
    func connections() async -> [ConnectionInfo]
    /// Ends the session of one socket (`session:ended {code: "disconnected"}`).
    ///
    /// - Returns: whether there was such a socket.
    func disconnect(sid: String) async -> Bool
    /// Ends all sessions of a user.
    func disconnect(user: UserID) async
    /// How many sockets are connected.
    func connectionCount() async -> Int
}
