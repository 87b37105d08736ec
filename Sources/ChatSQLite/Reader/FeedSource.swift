/// The kinds of changes in the feed, each an index by the revision of that kind, in the order in which those of one
/// revision are told.
///
/// A row is `revision, key, second key`. Every walk is told which index to take: it begins at a revision and ends after
/// so many rows, whatever the table has.
enum FeedSource: Int, CaseIterable {
    case userMade, userCard, userBlocked, userRevoked, tokenRevoked
    case chatMade, chatMeta, memberJoined, memberRole
    case message, altered, reaction, read, delivered
    case departure, chatGone

    /// Those of which there is most come first: what is cut there need not be looked for in the others.
    static let byVolume: [FeedSource] =
        [.message, .read, .delivered, .reaction, .altered, .memberJoined, .departure]
        + allCases.filter {
            ![.message, .read, .delivered, .reaction, .altered, .memberJoined, .departure].contains($0)
        }

    /// `?1` is the revision after which the rows are, `?2` the last one, `?3` how many at most.
    var rows: StaticString {
        switch self {
        case .userMade:
            """
            SELECT made_n, key, 0 FROM users INDEXED BY users_made WHERE made_n > ?1 AND made_n <= ?2
            ORDER BY made_n LIMIT ?3
            """
        case .userCard:
            """
            SELECT card_n, key, 0 FROM users INDEXED BY users_card WHERE card_n > ?1 AND card_n <= ?2
            ORDER BY card_n LIMIT ?3
            """
        case .userBlocked:
            """
            SELECT blocked_n, key, 0 FROM users INDEXED BY users_blocked WHERE blocked_n > ?1 AND blocked_n <= ?2
            ORDER BY blocked_n LIMIT ?3
            """
        case .userRevoked:
            """
            SELECT revoked_n, key, 0 FROM users INDEXED BY users_revoked WHERE revoked_n > ?1 AND revoked_n <= ?2
            ORDER BY revoked_n LIMIT ?3
            """
        case .tokenRevoked:
            """
            SELECT revoked_n, key, 0 FROM tokens INDEXED BY tokens_revoked WHERE revoked_n > ?1 AND revoked_n <= ?2
            ORDER BY revoked_n LIMIT ?3
            """
        case .chatMade, .chatMeta, .chatGone: chatRows
        case .memberJoined, .memberRole, .read, .delivered: memberRows
        case .message:
            "SELECT n, n, chat FROM messages WHERE n > ?1 AND n <= ?2 ORDER BY n LIMIT ?3"
        case .altered:
            """
            SELECT changed, n, chat FROM messages INDEXED BY messages_altered WHERE changed > ?1 AND changed <= ?2
            ORDER BY changed LIMIT ?3
            """
        case .reaction:
            """
            SELECT n, message, user FROM reactions INDEXED BY reactions_given WHERE n > ?1 AND n <= ?2
            ORDER BY n LIMIT ?3
            """
        case .departure:
            """
            SELECT n, chat, user FROM departures INDEXED BY departures_at WHERE n > ?1 AND n <= ?2
            ORDER BY n LIMIT ?3
            """
        }
    }

    private var chatRows: StaticString {
        switch self {
        case .chatMade:
            """
            SELECT made_n, key, 0 FROM chats INDEXED BY chats_made WHERE made_n > ?1 AND made_n <= ?2
            ORDER BY made_n LIMIT ?3
            """
        case .chatMeta:
            """
            SELECT meta_n, key, 0 FROM chats INDEXED BY chats_meta
            WHERE meta_n > ?1 AND meta_n <= ?2 AND meta_n > made_n ORDER BY meta_n LIMIT ?3
            """
        default:
            """
            SELECT gone_n, key, 0 FROM chats INDEXED BY chats_gone WHERE gone_n > ?1 AND gone_n <= ?2
            ORDER BY gone_n LIMIT ?3
            """
        }
    }

    private var memberRows: StaticString {
        switch self {
        case .memberJoined:
            """
            SELECT joined_n, chat, user FROM members INDEXED BY members_joined WHERE joined_n > ?1 AND joined_n <= ?2
            ORDER BY joined_n LIMIT ?3
            """
        case .memberRole:
            """
            SELECT role_n, chat, user FROM members INDEXED BY members_role
            WHERE role_n > ?1 AND role_n <= ?2 AND role_n > joined_n ORDER BY role_n LIMIT ?3
            """
        case .read:
            """
            SELECT read_n, chat, user FROM members INDEXED BY members_read
            WHERE read_n > ?1 AND read_n <= ?2 AND read_n > 0 ORDER BY read_n LIMIT ?3
            """
        default:
            """
            SELECT delivered_n, chat, user FROM members INDEXED BY members_delivered
            WHERE delivered_n > ?1 AND delivered_n <= ?2 AND delivered_n > 0 ORDER BY delivered_n LIMIT ?3
            """
        }
    }
}
