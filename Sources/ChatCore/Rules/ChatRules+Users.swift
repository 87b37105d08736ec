import ByteText

/// Users and their tokens: the operator's commands, and a user who signs in.
extension ChatRules {
    mutating func createUser(_ new: NewUser) throws -> UserRecord {
        let username = try FieldRules.username(new.username, of: new.id)
        let displayName = try FieldRules.optionalName(new.displayName, field: "display_name")
        let avatar = try FieldRules.avatarURL(new.avatarURL)
        if let id = new.id {
            try FieldRules.id(id)
            guard try !records.isTaken(id) else {
                throw ChatError(.conflict, "This id is or was another user's.", field: "id")
            }
        }
        let id = new.id ?? UserID(records.makeID())
        let folded = try Self.folded(username)
        try checkFree(folded, for: id)
        let user = User(
            id: id, username: username, displayName: displayName, avatarURL: avatar, createdAt: records.now,
            lastSeenAt: nil, blocked: false)
        let record = try records.insertUser(user, folded: folded, n: records.nextRevision())
        changes.append(.userCreated(user.card))
        return record
    }

    mutating func updateUser(_ id: UserID, _ patch: UserPatch) throws -> Outcome {
        let record = try existingUser(id)
        var user = record.user
        if let username = patch.username { user.username = try FieldRules.username(username, of: id) }
        if let name = patch.displayName { user.displayName = try FieldRules.optionalName(name, field: "display_name") }
        if let avatar = patch.avatarURL { user.avatarURL = try FieldRules.avatarURL(avatar) }
        guard user.card != record.user.card else { return .user(user) }
        var folded: String?
        // Who goes on to have a name that looks like another's, from before that was refused, has what else they want.
        if ByteString(user.username) != ByteString(record.user.username) {
            let name = try Self.folded(user.username)
            try checkFree(name, for: id)
            folded = name
        }
        try records.putCard(user.card, folded: folded, of: record, n: records.nextRevision())
        record.user = user
        changes.append(.userUpdated(user.card, in: try records.chatIDs(of: record)))
        return .user(user)
    }

    /// Makes the user whom a token of others' names, or has them follow it.
    mutating func signIn(_ signIn: SignIn) throws -> Outcome {
        guard try records.user(signIn.id) == nil else { return try updateUser(signIn.id, signIn.patch) }
        let new = NewUser(
            id: signIn.id, username: try freeUsername(for: signIn.id, wanted: signIn.username),
            displayName: signIn.displayName, avatarURL: signIn.avatarURL)
        return .user(try createUser(new).user)
    }

    /// What a user is called who named no name that is theirs: as they want, else by their id, else by their id with a
    /// number behind it.
    private func freeUsername(for id: UserID, wanted: String? = nil) throws -> String {
        for name in [wanted, id.rawValue] {
            guard let name, let folded = Folding.username(name) else { continue }
            if try records.user(folded: folded) == nil { return name }
        }
        for number in 2...99 {
            let name = Self.name(of: id, suffix: "-\(number)")
            if let folded = Folding.username(name), try records.user(folded: folded) == nil { return name }
        }
        return Self.name(of: id, suffix: "-" + records.makeID())
    }

    private static func name(of id: UserID, suffix: String) -> String {
        id.bytes.prefix(atMost: FieldRules.longestUsername - suffix.utf8.count).string + suffix
    }

    private static func folded(_ username: String) throws(ChatError) -> String {
        guard let folded = Folding.username(username) else {
            throw ChatError(.tooLong, "The username is too long.", field: "username")
        }
        return folded
    }

    private func checkFree(_ folded: String, for id: UserID) throws {
        guard let owner = try records.user(folded: folded), owner.user.id != id else { return }
        throw ChatError(.conflict, "This username is taken.", field: "username")
    }

    mutating func setBlocked(_ id: UserID, _ blocked: Bool) throws -> Outcome {
        let record = try existingUser(id)
        guard record.user.blocked != blocked else { return .user(record.user) }
        try records.putBlocked(blocked, of: record, n: records.nextRevision())
        record.user.blocked = blocked
        changes.append(blocked ? .userBlocked(id) : .userUnblocked(id))
        return .user(record.user)
    }

    mutating func deleteUser(_ id: UserID, deleteMessages: Bool) throws -> Outcome {
        let record = try existingUser(id)
        // With this commit nobody comes in as this user any more; the rest may take a while, and tells of nobody by
        // name.
        try records.eraseUser(record, n: records.nextRevision())
        try records.begin(.departUser(record))
        if deleteMessages { try records.begin(.eraseMessages(record)) }
        try records.begin(.eraseUnsentFiles(record))
        changes.append(.userDeleted(id))
        return .done
    }

    // MARK: Tokens

    mutating func issueToken(_ new: NewToken) throws -> Outcome {
        let owner = try owner(of: new)
        guard try records.token(new.id) == nil else {
            throw ChatError(.conflict, "There is a token of this id.", field: "id")
        }
        let token = TokenRecord(
            id: new.id, userID: owner.user.id, label: try FieldRules.optionalName(new.label, field: "label"),
            createdAt: records.now, expiresAt: new.expiresAt, revokedAt: nil)
        try records.insertToken(token, of: owner)
        return .token(token, owner.user)
    }

    private mutating func owner(of new: NewToken) throws -> UserRecord {
        switch new.owner {
        case .id(let id):
            if let record = try records.user(id) { return record }
            guard new.createUser else { throw Self.noUser }
            try FieldRules.id(id, field: "user_id")
            return try createUser(NewUser(id: id, username: try freeUsername(for: id)))
        case .username(let username):
            if let record = try user(named: username) { return record }
            guard new.createUser else { throw Self.noUser }
            return try createUser(NewUser(username: username))
        }
    }

    mutating func revokeToken(_ id: TokenID) throws -> Outcome {
        guard let token = try records.token(id) else { throw ChatError(.notFound, "There is no such token.") }
        guard !token.isRevoked else { return .done }
        try records.revokeToken(id, n: records.nextRevision())
        changes.append(.tokenRevoked(id, token.owner))
        return .done
    }

    mutating func revokeTokens(of id: UserID, issuedUpTo time: Timestamp?) throws -> Outcome {
        let user = try existingUser(id)
        let time = max(records.now, time ?? records.now)
        try records.revokeTokens(of: user, issuedUpTo: time, n: records.nextRevision())
        changes.append(.tokensRevoked(id))
        return .done
    }
}
