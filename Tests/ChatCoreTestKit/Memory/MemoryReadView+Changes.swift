import ChatCore

/// Recovery and `sync`: what a user missed.
extension MemoryReadView {
    func standing(epoch: UInt64, revision: Revision, heardAt: Timestamp?) -> OffsetStanding {
        let newest = self.revision()
        let issued = state.epochs[epoch].map { (first: $0.first, last: $0.last ?? newest) }
        return OffsetStanding(of: revision, issued: issued, newest: newest, heardAt: heardAt, now: now, policy)
    }

    func missedMore(than limit: Int, by user: UserID, after: Revision) -> Bool {
        things(missedBy: user, after: after, receiptsAfter: after, end: revision()).count { $0.isCounted } > limit
    }

    func changes(
        for user: UserID, after: Revision, receiptsAfter: Revision, limit: Int, bytes: Int
    ) -> ChangeSet {
        let newest = revision()
        let receiptsAfter = min(after, receiptsAfter)
        let things = things(missedBy: user, after: after, receiptsAfter: receiptsAfter, end: newest)
        let counted = things.filter(\.isCounted).sorted { $0.revision < $1.revision }
        var end = max(newest, after).value
        var weight = 0
        for (count, thing) in counted.enumerated() {
            let before = count > 0 ? counted[count - 1].revision : thing.revision
            if thing.revision != before, count >= max(1, limit) || weight >= bytes {
                end = before
                break
            }
            weight += thing.weight
        }
        // What is told of a thing may depend on what else is told.
        let told = self.things(missedBy: user, after: after, receiptsAfter: receiptsAfter, end: Revision(end))
        return ChangeSet(
            changes: told.flatMap(\.changes), revision: Revision(end), complete: end >= newest.value)
    }

    func missed(by user: UserID, from cursor: MissedCursor, bytes: Int) -> MissedPage {
        let end = cursor.end ?? max(revision(), cursor.after)
        let things = things(missedBy: user, after: cursor.after, receiptsAfter: cursor.receiptsAfter, end: end)
            .filter { !$0.changes.isEmpty && cursor.place < $0.place }
        var page = MissedPage(changes: [], next: nil, end: end)
        var weight = 0
        for thing in things {
            if weight >= max(1, bytes) {
                page.next?.end = end
                return page
            }
            page.changes += thing.changes
            weight += thing.weight
            page.next = cursor
            page.next?.place = thing.place
        }
        page.next = nil
        return page
    }

    /// Something that is told once, in its latest state.
    private struct Thing {
        /// Where it stands in the telling.
        var place: MissedCursor.Place
        /// Of its latest change.
        var revision: Int64
        /// Receipts are not.
        var isCounted = true
        var changes: [Change]

        var weight: Int {
            changes.reduce(0) { sum, change in
                switch change {
                case .messageNew(let message), .messageUpdated(let message), .messageDeleted(let message):
                    sum + PageBytes.message + message.content.utf8.count
                default: sum + PageBytes.message
                }
            }
        }
    }

    /// What changed after a revision and up to another, in the order in which it is told.
    private func things(
        missedBy user: UserID, after: Revision, receiptsAfter: Revision, end: Revision
    ) -> [Thing] {
        guard let key = state.key(of: user) else { return [] }
        let rules = MissedRules(after: after.value, end: end.value, policy)
        var things = profiles(missedBy: key, rules)
        for (chat, member) in state.chats(of: key) {
            guard let row = state.chats[chat], member.joinedN <= end.value else { continue }
            things += self.things(in: row, chat, member, of: key, rules)
            guard member.joinedN <= after.value else { continue }
            things += receipts(in: row, chat, of: key, after: receiptsAfter.value, rules)
        }
        for (departure, n) in state.departures where departure.user == key && rules.isWithin(n) {
            guard let chat = state.chats[departure.chat] else { continue }
            things.append(
                Thing(place: place(2, at: n), revision: n, changes: [.memberRemoved(chat.chat.id, user)]))
        }
        return things.sorted { $0.place < $1.place }
    }

    private func place(_ stage: Int, _ chat: Int64 = 0, _ part: Int = 0, at: Int64, sub: Int64 = 0)
        -> MissedCursor.Place
    {
        var place = MissedCursor.Place()
        (place.stage, place.chat, place.part, place.at, place.sub) = (stage, chat, part, at, sub)
        return place
    }

    private func profiles(missedBy key: Int64, _ rules: MissedRules) -> [Thing] {
        let chats = Set(state.chats(of: key).map(\.chat))
        return state.users.compactMap { other, row in
            guard rules.isWithin(row.cardN), !row.isDeleted,
                other == key || !chats.isDisjoint(with: state.chats(of: other).map(\.chat))
            else { return nil }
            return Thing(
                place: place(0, at: row.cardN), revision: row.cardN, changes: [.userUpdated(row.user.card, in: [])])
        }
    }

    private func things(
        in row: MemoryState.ChatRow, _ chat: Int64, _ member: MemoryState.MemberRow, of key: Int64,
        _ rules: MissedRules
    ) -> [Thing] {
        let floor = rules.floor(joinedN: member.joinedN, joinedSeq: member.joinedSeq)
        let visibleAbove = policy.visibleAbove(joinedSeq: member.joinedSeq)
        let messages = state.messages(of: chat).filter { $0.new.seq > floor }
        var things = messages.filter { rules.isWithin($0.new.n) }.compactMap { message -> Thing? in
            let n = message.new.n
            guard let whole = state.message(n)?.seen(above: visibleAbove) else { return nil }
            return Thing(place: place(1, chat, 1, at: whole.seq), revision: n, changes: [.messageNew(whole)])
        }
        guard member.joinedN <= rules.after else {
            // All else there is to know of the chat, its new member asks for.
            guard let card = state.users[key]?.user.card else { return things }
            let joined = Change.memberAdded(row.chat, card)
            return things + [Thing(place: place(1, chat, 0, at: 0), revision: member.joinedN, changes: [joined])]
        }
        if rules.isWithin(row.metaN) {
            let renamed = Change.chatUpdated(row.chat)
            things.append(Thing(place: place(1, chat, 0, at: 0), revision: row.metaN, changes: [renamed]))
        }
        for message in messages where message.new.n <= rules.after {
            guard let whole = state.message(message.new.n)?.seen(above: visibleAbove) else { continue }
            things += alterations(of: message, whole, chat, rules)
        }
        return things + members(of: row, chat, rules)
    }

    private func alterations(
        of row: MemoryState.MessageRow, _ message: Message, _ chat: Int64, _ rules: MissedRules
    ) -> [Thing] {
        var things: [Thing] = []
        if let n = row.changed, rules.isWithin(n) {
            let change = message.deletedAt == nil ? Change.messageUpdated(message) : .messageDeleted(message)
            things.append(
                Thing(place: place(1, chat, 2, at: n, sub: row.new.n), revision: n, changes: [change]))
        }
        if let n = row.reactedN, rules.isWithin(n) {
            var thing = Thing(place: place(1, chat, 4, at: n, sub: row.new.n), revision: n, changes: [])
            if rules.tellsReactions(alteredN: row.changed) {
                let reactions = row.reactions.filter { $0.n > rules.after }.sorted { $0.n < $1.n }
                thing.changes = reactions.compactMap { reaction in
                    guard let user = state.users[reaction.user]?.user.id else { return nil }
                    return .messageReaction(
                        ReactionChange(
                            chatID: message.chatID, messageID: message.id, seq: message.seq, userID: user,
                            emoji: reaction.emoji, removed: reaction.isRemoved, reactions: message.reactions))
                }
            }
            things.append(thing)
        }
        return things
    }

    private func members(of row: MemoryState.ChatRow, _ chat: Int64, _ rules: MissedRules) -> [Thing] {
        var things: [Thing] = []
        for (user, member) in state.members(of: chat) {
            guard let card = state.users[user]?.user.card else { continue }
            let told = rules.member(joinedN: member.joinedN, roleN: member.roleN)
            if told.came {
                things.append(
                    Thing(
                        place: place(1, chat, 5, at: user, sub: 0), revision: member.joinedN,
                        changes: [.memberAdded(row.chat, card)]))
            }
            if told.changedRole {
                things.append(
                    Thing(
                        place: place(1, chat, 5, at: user, sub: 1), revision: member.roleN,
                        changes: [.memberRoleChanged(row.chat.id, card.id, member.role)]))
            }
        }
        for (departure, n) in state.departures where departure.chat == chat && rules.isWithin(n) {
            guard let user = state.users[departure.user]?.user.id else { continue }
            things.append(
                Thing(
                    place: place(1, chat, 6, at: departure.user), revision: n,
                    changes: [.memberRemoved(row.chat.id, user)]))
        }
        return things
    }

    private func receipts(
        in row: MemoryState.ChatRow, _ chat: Int64, of key: Int64, after: Int64, _ rules: MissedRules
    ) -> [Thing] {
        state.members(of: chat).filter { rules.tellsReceipts(to: row.chat.memberCount) || $0.user == key }
            .compactMap { user, member in
                let read = member.marks.read(after: after, upTo: rules.end)
                let delivered = member.marks.delivered(after: after, upTo: rules.end)
                guard let id = state.users[user]?.user.id, read != nil || delivered != nil else { return nil }
                func receipt(_ mark: (seq: Int64, at: Timestamp)) -> Receipt? {
                    state.number(of: mark.seq, in: chat).map { n in
                        Receipt(
                            chatID: row.chat.id, userID: id, messageID: MessageID(revision: Revision(n)),
                            seq: mark.seq, at: mark.at, memberCount: row.chat.memberCount)
                    }
                }
                let changes = [
                    read.flatMap(receipt).map { Change.messageRead($0) },
                    delivered.flatMap(receipt).map { Change.messageDelivered($0) },
                ]
                return Thing(
                    place: place(1, chat, 3, at: user), revision: max(member.marks.readN, member.marks.deliveredN),
                    isCounted: false, changes: changes.compactMap { $0 })
            }
    }
}

extension MissedCursor.Place {
    fileprivate static func < (left: Self, right: Self) -> Bool {
        if left.stage != right.stage { return left.stage < right.stage }
        if left.chat != right.chat { return left.chat < right.chat }
        if left.part != right.part { return left.part < right.part }
        if left.at != right.at { return left.at ?? .min < right.at ?? .min }
        return left.sub < right.sub
    }
}
