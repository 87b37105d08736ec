import ChatCore
import SocketIO

extension EventStep {
    /// Something about typing in a chat of one's own: at once where the socket hears the chat and its size is known, as
    /// mostly, else after a look at the membership. In chats above `--quiet-members` nobody is told.
    ///
    /// - Parameter lasts: whether what `tell` begins must not outlast the membership.
    static func typing(
        in chatID: ChatID, _ session: ChatSession, lasts: Bool, tell: @escaping @Sendable (ChatSession) -> Void
    ) -> EventStep {
        let sizes = session.gateway.chatSizes
        let quietMembers = session.gateway.configuration.quietMembers
        if session.socket.isMember(of: chatID.rawValue), let count = sizes.count(of: chatID) {
            return .local { session in
                if count <= quietMembers { tell(session) }
                return .ok
            }
        }
        let user = session.user.id
        return .read { view in
            _ = try view.membership(of: user, in: chatID)
            guard let chat = try view.chat(chatID) else {
                throw ChatError(.forbidden, "You are not a member of this chat.")
            }
            sizes.learn(chat.memberCount, of: chatID)
            let isQuiet = chat.memberCount > quietMembers
            return ReadAnswer(.ok, dependsOnMembership: lasts, then: isQuiet ? nil : tell)
        }
    }
}
