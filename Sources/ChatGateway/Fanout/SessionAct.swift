import ByteText
import ChatCore
import ChatWire
import SocketIO

/// What a commit does to the sessions of a user, beside what it tells them; in order with that.
enum SessionAct: SocketAct {
    case end(SessionEnd)
    /// Only those that were let in by this token, or by one made of it.
    case endOf(TokenID)
    case profileChanged(UserCard)
    /// `lastSeq`: of the chat's newest message then.
    case joined(ChatID, lastSeq: Int64)
    case lostMembership(of: ChatID)

    func perform(on socket: Socket) {
        guard let session = socket.handler as? ChatSession else { return }
        switch self {
        case .end(let end): session.end(end)
        case .endOf(let token): session.tokenWasRevoked(token)
        case .profileChanged(let card): session.profileChanged(to: card)
        case .joined(let chat, let lastSeq): session.joined(chat, when: lastSeq)
        case .lostMembership(let chat): session.lostMembership(of: chat)
        }
    }

    // MARK: Bytes

    private enum Kind: UInt8 {
        case end = 1
        case endOf, profileChanged, joined, lostMembership
    }

    func encode(into writer: inout ClusterWriter) {
        switch self {
        case .end(let end):
            writer.write(Kind.end.rawValue)
            writer.write(ByteString(end.rawValue))
        case .endOf(let token):
            writer.write(Kind.endOf.rawValue)
            writer.write(ByteString(token.rawValue))
        case .profileChanged(let card):
            writer.write(Kind.profileChanged.rawValue)
            writer.write(ByteString(card.id.rawValue))
            writer.write(ByteString(card.username))
            for text in [card.displayName, card.avatarURL] {
                // Not `text != nil`, which would ask how texts compare.
                guard let text else {
                    writer.write(false)
                    continue
                }
                writer.write(true)
                writer.write(ByteString(text))
            }
        case .joined(let chat, let lastSeq):
            writer.write(Kind.joined.rawValue)
            writer.write(ByteString(chat.rawValue))
            writer.write(lastSeq)
        case .lostMembership(let chat):
            writer.write(Kind.lostMembership.rawValue)
            writer.write(ByteString(chat.rawValue))
        }
    }

    /// `nil`: of a kind that only later versions have.
    init?(_ reader: inout ClusterReader) throws(ClusterMessageError) {
        switch Kind(rawValue: try reader.byte()) {
        case .end:
            let code = try reader.text()
            guard let end = SessionEnd.allCases.first(where: { ByteString($0.rawValue) == code }) else { return nil }
            self = .end(end)
        case .endOf:
            self = .endOf(TokenID(try reader.text().string))
        case .profileChanged:
            let (id, username) = (UserID(try reader.text().string), try reader.text().string)
            let displayName = try reader.flag() ? try reader.text().string : nil
            let avatarURL = try reader.flag() ? try reader.text().string : nil
            self = .profileChanged(
                UserCard(id: id, username: username, displayName: displayName, avatarURL: avatarURL))
        case .joined:
            self = .joined(ChatID(try reader.text().string), lastSeq: try reader.number())
        case .lostMembership:
            self = .lostMembership(of: ChatID(try reader.text().string))
        case nil:
            return nil
        }
    }
}
