import ChatCore

/// The feed of all changes, and the cursors in it. Nothing is ever forgotten here.
extension MemoryReadView {
    func cursor(_ name: String) -> FeedCursor? { state.cursors[name] }
    func cursors() -> [FeedCursor] { state.cursors.values.sorted { $0.name < $1.name } }
    func feedFloor() -> Revision { .zero }

    func standing(of position: FeedPosition) -> OffsetStanding {
        CursorRules.standing(position, newest: revision(), floor: feedFloor())
    }

    func changes(after position: FeedPosition, limit: Int, bytes: Int) throws -> FeedPage {
        guard standing(of: position) == .recoverable else {
            throw ChatError(.conflict, "The feed cannot be gone on with from this position.", field: "after")
        }
        let rows = feedRows().filter { $0.revision > position.revision.value }.sorted()
        var page = FeedPage(
            entries: [], next: position == .beginning ? FeedPosition(.zero, knownSince: revision()) : position,
            asOf: revision())
        page.next.revision = revision()
        var weight = 0
        for (count, row) in rows.enumerated() {
            let before = count > 0 ? rows[count - 1].revision : row.revision
            // All of one revision is on one page.
            let end = rows[count...].prefix { $0.revision == row.revision }.count + count
            if row.revision != before, end > max(1, limit) || weight >= max(1, bytes) {
                page.next.revision = Revision(before)
                return page
            }
            for change in row.changes {
                page.entries.append(FeedEntry(revision: Revision(row.revision), change: change))
                weight += change.weight
            }
        }
        return page
    }

    /// What has a revision, in the order in which those of one revision are told.
    private enum Kind: Int {
        case user, card, blocked, revoked, token, chat, name, joined, role, message, altered, reaction, read, delivered
        case departed, gone
    }

    private struct FeedRow: Comparable {
        var revision: Int64
        var kind: Kind
        /// Tell apart what is of one revision and kind.
        var key: Int64
        var second: Int64 = 0
        /// None where it is told by another's end.
        var changes: [Change]

        private var place: (Int64, Int, Int64, Int64) { (revision, kind.rawValue, key, second) }

        static func < (left: Self, right: Self) -> Bool { left.place < right.place }
        static func == (left: Self, right: Self) -> Bool { left.place == right.place }
    }

    private func feedRows() -> [FeedRow] {
        let rows = userRows() + tokenRows() + chatRows() + memberRows() + messageRows() + departureRows()
        return rows.filter { $0.revision > 0 }
    }

    private func userRows() -> [FeedRow] {
        state.users.flatMap { key, row -> [FeedRow] in
            let (id, card) = (row.user.id, row.user.card)
            guard !row.isDeleted else {
                return [FeedRow(revision: row.cardN, kind: .card, key: key, changes: [.userDeleted(id)])]
            }
            let updated = Change.userUpdated(card, in: chatIDs(of: id))
            return [
                FeedRow(revision: row.madeN, kind: .user, key: key, changes: [.userCreated(card)]),
                FeedRow(revision: row.cardN, kind: .card, key: key, changes: [updated]),
                FeedRow(
                    revision: row.blockedN, kind: .blocked, key: key,
                    changes: [row.user.blocked ? .userBlocked(id) : .userUnblocked(id)]),
                FeedRow(revision: row.revokedN, kind: .revoked, key: key, changes: [.tokensRevoked(id)]),
            ]
        }
    }

    private func tokenRows() -> [FeedRow] {
        state.revocations.compactMap { key, n in
            state.tokens[key].map { token in
                FeedRow(revision: n, kind: .token, key: key, changes: [.tokenRevoked(token.id, token.userID)])
            }
        }
    }

    private func chatRows() -> [FeedRow] {
        state.chats.flatMap { key, row -> [FeedRow] in
            guard !row.isDeleted else {
                return [
                    FeedRow(
                        revision: row.goneN, kind: .gone, key: key,
                        changes: [.chatDeleted(row.chat.id, members: [])])
                ]
            }
            let first = state.members(of: key).filter { $0.row.joinedN == row.madeN }
            let created = Change.chatCreated(row.chat, members: first.compactMap { state.users[$0.user]?.user.id })
            return [
                FeedRow(revision: row.madeN, kind: .chat, key: key, changes: [created]),
                FeedRow(
                    revision: row.metaN > row.madeN ? row.metaN : 0, kind: .name, key: key,
                    changes: [.chatUpdated(row.chat)]),
            ]
        }
    }

    private func memberRows() -> [FeedRow] {
        state.members.flatMap { key, row -> [FeedRow] in
            guard let chat = state.chats[key.chat], let card = state.users[key.user]?.user.card else { return [] }
            func feedRow(_ kind: Kind, _ n: Int64, _ changes: [Change?]) -> FeedRow {
                FeedRow(
                    revision: n, kind: kind, key: key.chat, second: key.user, changes: changes.compactMap { $0 })
            }
            func receipt(_ seq: Int64, _ at: Timestamp?) -> Receipt? {
                state.number(of: seq, in: key.chat).map { n in
                    Receipt(
                        chatID: chat.chat.id, userID: card.id, messageID: MessageID(revision: Revision(n)), seq: seq,
                        at: at ?? Timestamp(milliseconds: 0), memberCount: chat.chat.memberCount)
                }
            }
            let (marks, joinedN, roleN) = (row.marks, row.joinedN, row.roleN)
            let role = Change.memberRoleChanged(chat.chat.id, card.id, row.role)
            // Who was in the chat from the first is told with it.
            let added = joinedN == chat.madeN ? nil : Change.memberAdded(chat.chat, card)
            return [
                feedRow(.joined, joinedN, [added, roleN == joinedN && row.role != .member ? role : nil]),
                feedRow(.role, roleN > joinedN ? roleN : 0, [role]),
                feedRow(.read, marks.readN, [receipt(marks.readSeq, marks.readAt).map { .messageRead($0) }]),
                feedRow(
                    .delivered, marks.deliveredN,
                    [receipt(marks.deliveredSeq, marks.deliveredAt).map { .messageDelivered($0) }]),
            ]
        }
    }

    private func messageRows() -> [FeedRow] {
        state.messages.flatMap { n, row -> [FeedRow] in
            guard let message = state.message(n) else { return [] }
            let altered = message.deletedAt == nil ? Change.messageUpdated(message) : .messageDeleted(message)
            let reactions = row.reactions.compactMap { reaction -> FeedRow? in
                guard let user = state.users[reaction.user]?.user.id else { return nil }
                let change = ReactionChange(
                    chatID: message.chatID, messageID: message.id, seq: message.seq, userID: user,
                    emoji: reaction.emoji, removed: reaction.isRemoved, reactions: message.reactions)
                return FeedRow(
                    revision: reaction.n, kind: .reaction, key: n, second: reaction.user,
                    changes: [.messageReaction(change)])
            }
            return reactions + [
                FeedRow(revision: n, kind: .message, key: n, changes: [.messageNew(message)]),
                FeedRow(revision: row.changed ?? 0, kind: .altered, key: n, changes: [altered]),
            ]
        }
    }

    private func departureRows() -> [FeedRow] {
        state.departures.compactMap { key, n in
            guard let chat = state.chats[key.chat]?.chat.id, let user = state.users[key.user]?.user.id else {
                return nil
            }
            return FeedRow(
                revision: n, kind: .departed, key: key.chat, second: key.user, changes: [.memberRemoved(chat, user)])
        }
    }
}
