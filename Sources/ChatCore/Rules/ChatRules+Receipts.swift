/// Watermarks that only rise, and presence.
extension ChatRules {
    mutating func markRead(_ messageID: MessageID, in chatID: ChatID, by userID: UserID) throws -> Outcome {
        let (chat, user, member) = try membership(userID, in: chatID)
        let seq = try self.seq(of: messageID, in: chat, for: member)
        if seq > member.readSeq {
            let n = records.nextRevision()
            member.readSeq = seq
            member.readAt = records.now
            member.readN = n
            if seq > member.deliveredSeq {
                // What was read was delivered; nobody is told twice.
                member.deliveredSeq = seq
                member.deliveredAt = records.now
            }
            records.changed(member)
            stamp(chat, n)
            changes.append(.messageRead(receipt(messageID, seq, chat, user)))
        }
        return .read(readSeq: member.readSeq, unreadCount: try unread(member, in: chat))
    }

    mutating func markDelivered(_ messageID: MessageID, in chatID: ChatID, by userID: UserID) throws -> Outcome {
        let (chat, user, member) = try membership(userID, in: chatID)
        let seq = try self.seq(of: messageID, in: chat, for: member)
        if seq > member.deliveredSeq {
            let n = records.nextRevision()
            member.deliveredSeq = seq
            member.deliveredAt = records.now
            member.deliveredN = n
            records.changed(member)
            stamp(chat, n)
            changes.append(.messageDelivered(receipt(messageID, seq, chat, user)))
        }
        return .delivered(deliveredSeq: member.deliveredSeq)
    }

    /// Presence is no change to be told again: it gets no revision.
    func notePresence(_ presences: [PresenceChange]) throws -> Outcome {
        for presence in presences {
            guard let record = try records.user(presence.userID) else { continue }
            try records.putPresence(presence, of: record)
            record.user.lastSeenAt = presence.at
        }
        return .done
    }

    private func seq(of id: MessageID, in chat: ChatRecord, for member: MemberRecord) throws -> Int64 {
        // Mostly it is the newest message, and nothing need be loaded.
        let isLast = id.revision.map { $0.value == chat.lastN } ?? false
        let seq = isLast ? chat.chat.lastSeq : try existingMessage(id, in: chat).seq
        guard sees(seq, member) else { throw Self.noMessage }
        return seq
    }

    private func receipt(_ id: MessageID, _ seq: Int64, _ chat: ChatRecord, _ user: UserRecord) -> Receipt {
        Receipt(
            chatID: chat.chat.id, userID: user.user.id, messageID: id, seq: seq, at: records.now,
            memberCount: chat.chat.memberCount)
    }
}
