/// Makes and checks the private session ids (`pid`) by which a returning client is recognised, without remembering any:
/// a `pid` is a random part and a signature that binds it to the user, and the socket's id follows from it. Implemented
/// by `ChatTokens`.
public protocol RecoveryTickets: Sendable {
    /// A fresh one.
    func issue(for user: UserID) -> RecoveryTicket
    /// - Returns: `nil` for what was not issued to this user.
    func open(_ pid: String, for user: UserID) -> RecoveryTicket?
}

public struct RecoveryTicket: Sendable, Hashable {
    /// Known to its client only.
    public let pid: String
    /// The socket's public id; does not tell the `pid`.
    public let sid: String

    public init(pid: String, sid: String) {
        self.pid = pid
        self.sid = sid
    }
}
