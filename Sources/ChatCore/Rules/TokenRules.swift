/// Whoever shows a token, as far as it matters to whether the token holds.
public struct TokenHolder: Sendable, Hashable {
    public var id: UserID
    public var isBlocked: Bool
    public var isDeleted: Bool
    /// Tokens issued up to then are revoked, but for those of Parley's own, whose records tell.
    public var revokedUpTo: Timestamp?

    public init(id: UserID, isBlocked: Bool, isDeleted: Bool, revokedUpTo: Timestamp?) {
        self.id = id
        self.isBlocked = isBlocked
        self.isDeleted = isDeleted
        self.revokedUpTo = revokedUpTo
    }
}

extension TokenFacts {
    /// Whether the token holds, in the order in which it is looked at: the user, their block, the token.
    ///
    /// - Parameters:
    ///   - holder: who is named in it; `nil`: there never was such a user.
    ///   - record: looks up a token that Parley issued.
    public func standing(of holder: TokenHolder?, record: (TokenID) throws -> TokenState?) rethrows -> TokenStanding {
        guard let holder else { return .unknownUser }
        if holder.isDeleted { return .deleted }
        if holder.isBlocked { return .blocked }
        return try isRevoked(holder, record) ? .tokenRevoked : .holds
    }

    /// A token of Parley's own has a record that tells; of others only the time of issue, in seconds, is known.
    private func isRevoked(_ holder: TokenHolder, _ record: (TokenID) throws -> TokenState?) rethrows -> Bool {
        if let id, let token = try record(id) { return token.isRevoked || token.owner != holder.id }
        guard let revokedUpTo = holder.revokedUpTo else { return false }
        guard let issuedAt else { return true }
        return issuedAt <= revokedUpTo
    }
}

extension Admission {
    /// That of a token that does not hold; `nil` of one that does.
    public init?(refusing standing: TokenStanding) {
        switch standing {
        case .unknownUser: self = .unknownUser
        case .deleted: self = .deleted
        case .blocked: self = .blocked
        case .tokenRevoked: self = .tokenRevoked
        case .holds: return nil
        }
    }
}
