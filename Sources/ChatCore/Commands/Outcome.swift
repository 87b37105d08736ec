/// What a command that succeeded answers to whoever asked.
public enum Outcome: Sendable, Hashable {
    case done
    case user(User)
    case token(TokenRecord, User)
    /// `created: false`: the direct chat of the two was there already.
    case chat(Chat, created: Bool)
    case member(Member)
    /// `duplicate`: the sender had sent this `clientID` before; nothing was changed and nobody is told.
    case message(Message, duplicate: Bool)
    case reactions([Message.Reaction])
    case read(readSeq: Int64, unreadCount: Int)
    case delivered(deliveredSeq: Int64)
    case file(Attachment)
}
