import ChatCore

/// What clients are told of a change: which event, with which object, who is told, and whether those who missed it are
/// told later. ``Change/forEachNotice(_:)`` is the one table of it; what is told live, what a replay and `sync` tell,
/// and what clients' descriptions say of it are read from there.
package struct Notice: Sendable {
    /// Who is told.
    package enum Audience: Sendable {
        /// The chat's members. `seq`: those of them who see the message of that seq; `nil`: all.
        case chat(ChatID, seq: Int64?)
        /// These users, on whichever connections.
        case users([UserID])
        /// The chat's members; in a chat of many (`--quiet-members`) only the user whose watermark rose.
        case readers(Receipt)
        /// The user, and who shares one of the chats with them.
        case contacts(of: UserID, in: [ChatID])
    }

    /// The one argument of the event.
    package enum Object: Sendable {
        case message(Message)
        case reaction(ReactionChange)
        case read(Receipt)
        case delivered(Receipt)
        case chat(Chat)
        case chatID(ChatID)
        case member(ChatID, UserID)
        case card(UserCard)
        case end(SessionEnd)
    }

    package let event: ServerEventName
    package let object: Object
    /// `nil`: whoever the sender of it knows.
    package let audience: Audience?

    package init(_ event: ServerEventName, _ object: Object, to audience: Audience?) {
        self.event = event
        self.object = object
        self.audience = audience
    }
}

extension Change {
    /// What is told of it, in order; nothing of what only those hear who ask. `body` sees one notice after the other:
    /// nearly every change has exactly one, and no list of one is made.
    ///
    /// Where somebody comes or goes, what is told to them and what is told to the others are two notices, and a member
    /// who comes hears of the chat before anything in it.
    package func forEachNotice(_ body: (Notice) -> Void) {
        switch self {
        case .messageNew(let message):
            // Nobody is a member who joined after it.
            body(Notice(.messageNew, .message(message), to: .chat(message.chatID, seq: nil)))
        case .messageUpdated(let message):
            body(Notice(.messageUpdated, .message(message), to: .chat(message.chatID, seq: message.seq)))
        case .messageDeleted(let message):
            body(Notice(.messageDeleted, .message(message), to: .chat(message.chatID, seq: message.seq)))
        case .messageReaction(let reaction):
            body(Notice(.messageReaction, .reaction(reaction), to: .chat(reaction.chatID, seq: reaction.seq)))
        case .messageRead(let receipt): body(Notice(.messageRead, .read(receipt), to: .readers(receipt)))
        case .messageDelivered(let receipt):
            body(Notice(.messageDelivered, .delivered(receipt), to: .readers(receipt)))
        case .chatCreated(let chat, let members): body(Notice(.chatAdded, .chat(chat), to: .users(members)))
        case .chatUpdated(let chat): body(Notice(.chatUpdated, .chat(chat), to: .chat(chat.id, seq: nil)))
        case .chatDeleted(let chat, let members): body(Notice(.chatRemoved, .chatID(chat), to: .users(members)))
        case .memberAdded(let chat, let card):
            body(Notice(.chatMemberAdded, .member(chat.id, card.id), to: .chat(chat.id, seq: nil)))
            body(Notice(.chatAdded, .chat(chat), to: .users([card.id])))
        case .memberRemoved(let chat, let user):
            body(Notice(.chatRemoved, .chatID(chat), to: .users([user])))
            body(Notice(.chatMemberRemoved, .member(chat, user), to: .chat(chat, seq: nil)))
        case .memberRoleChanged, .userCreated, .userUnblocked: break
        case .userUpdated(let card, let chats):
            body(Notice(.userUpdated, .card(card), to: .contacts(of: card.id, in: chats)))
        case .userDeleted(let user): body(Notice(.sessionEnded, .end(.userDeleted), to: .users([user])))
        case .userBlocked(let user): body(Notice(.sessionEnded, .end(.userBlocked), to: .users([user])))
        case .tokensRevoked(let user), .tokenRevoked(_, let user):
            body(Notice(.sessionEnded, .end(.tokenRevoked), to: .users([user])))
        }
    }

    /// As ``forEachNotice(_:)``, as a list.
    package var notices: [Notice] {
        var notices: [Notice] = []
        forEachNotice { notices.append($0) }
        return notices
    }

    /// What one user is told of it afterwards, who missed it; `nil`: nothing.
    ///
    /// The change is one that concerns the user, as the store brings it (``ChangeSet``): what was told to their chat
    /// was told to them.
    package func notice(missedBy user: UserID, quietMembers: Int) -> Notice? {
        var found: Notice?
        forEachNotice { notice in
            guard notice.event.isReplayed, notice.reaches(user, quietMembers: quietMembers) else { return }
            // Who comes or goes hears that, not what the others hear of it.
            if found == nil || found?.isPersonal == false && notice.isPersonal { found = notice }
        }
        return found
    }
}

extension Notice {
    fileprivate func reaches(_ user: UserID, quietMembers: Int) -> Bool {
        switch audience {
        case .chat, .contacts: true
        case .users(let users): users.contains(user)
        case nil: false
        case .readers(let receipt): receipt.userID == user || !receipt.isQuiet(above: quietMembers)
        }
    }

    fileprivate var isPersonal: Bool {
        if case .users = audience { true } else { false }
    }
}

extension Receipt {
    /// Whether only its own user is told: the quiet rule. CONTRACT section 1, `--quiet-members`.
    package func isQuiet(above members: Int) -> Bool { memberCount > members }
}
