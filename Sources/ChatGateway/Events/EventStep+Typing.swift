import ChatCore
import SocketIO

extension EventStep {
    /// Tells the others in a chat of one's own that one types, or no more: at once where the socket hears the chat, as
    /// it mostly does, else after a look at the membership.
    ///
    /// - Parameter lasts: whether what `tell` begins must not outlast the membership.
    static func typing(
        in chatID: ChatID, _ session: ChatSession, lasts: Bool, tell: @escaping @Sendable (ChatSession) -> Void
    ) -> EventStep {
        if session.socket.isMember(of: chatID.rawValue) {
            return .local { session in
                tell(session)
                return .ok
            }
        }
        let user = session.user.id
        return .read { view in
            _ = try view.membership(of: user, in: chatID)
            return ReadAnswer(.ok, dependsOnMembership: lasts, then: tell)
        }
    }
}
