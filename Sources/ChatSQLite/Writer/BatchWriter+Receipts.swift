import ChatCore

/// Watermarks that only rise, and presence.
extension BatchWriter {
    private static let presence: StaticString = "UPDATE users SET online = ?, last_seen_ms = ? WHERE key = ?"

    func markRead(_ chatID: ChatID, _ messageID: MessageID, by userID: UserID) throws -> Outcome {
        let (chat, user, member) = try membership(userID, in: chatID)
        let seq = try self.seq(of: messageID, in: chat, for: member)
        if seq > member.readSeq {
            let n = next()
            member.readSeq = seq
            member.readMs = now.milliseconds
            member.readN = n
            if seq > member.deliveredSeq {
                // What was read was delivered; nobody is told twice.
                member.deliveredSeq = seq
                member.deliveredMs = now.milliseconds
            }
            chat.changed = n
            memory.touch(member)
            memory.touch(chat)
            changes.append(.messageRead(receipt(messageID, seq, chat, user)))
        }
        return .read(readSeq: member.readSeq, unreadCount: try unread(member, in: chat))
    }

    func markDelivered(_ chatID: ChatID, _ messageID: MessageID, by userID: UserID) throws -> Outcome {
        let (chat, user, member) = try membership(userID, in: chatID)
        let seq = try self.seq(of: messageID, in: chat, for: member)
        if seq > member.deliveredSeq {
            let n = next()
            member.deliveredSeq = seq
            member.deliveredMs = now.milliseconds
            member.deliveredN = n
            chat.changed = n
            memory.touch(member)
            memory.touch(chat)
            changes.append(.messageDelivered(receipt(messageID, seq, chat, user)))
        }
        return .delivered(deliveredSeq: member.deliveredSeq)
    }

    /// Presence is no change to be told again: it gets no revision.
    func notePresence(_ presences: [PresenceChange]) throws -> Outcome {
        for presence in presences {
            guard let record = try memory.user(presence.userID) else { continue }
            record.user.lastSeenAt = presence.at
            try connection[Self.presence].run(presence.online, presence.at, record.key)
        }
        return .done
    }

    private func seq(of id: MessageID, in chat: ChatRecord, for member: MemberRecord) throws -> Int64 {
        // Mostly it is the newest message, and nothing need be read.
        let isLast = id.revision.map { $0.value == chat.lastN } ?? false
        let seq = isLast ? chat.chat.lastSeq : try facts(id, in: chat).seq
        guard seq > policy.visibleAbove(joinedSeq: member.joinedSeq) else { throw Self.noMessage }
        return seq
    }

    private func receipt(_ id: MessageID, _ seq: Int64, _ chat: ChatRecord, _ user: UserRecord) -> Receipt {
        Receipt(
            chatID: chat.chat.id, userID: user.user.id, messageID: id, seq: seq, at: now,
            memberCount: chat.chat.memberCount)
    }
}
