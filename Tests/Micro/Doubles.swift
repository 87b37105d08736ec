import ChatCore

/// A token is the id of its user here.
struct AnyToken: TokenVerifier {
    func verify(_ token: String) throws(TokenError) -> VerifiedToken {
        VerifiedToken(
            userID: UserID(token), expiresAt: Timestamp(milliseconds: 4_000_000_000_000),
            facts: TokenFacts(id: nil, issuedAt: nil))
    }

    func stillAccepts(_ hold: TokenHold) -> Bool { true }
}

/// Tickets that nobody comes back with.
struct NoTickets: RecoveryTickets {
    func issue(for user: UserID) -> RecoveryTicket {
        RecoveryTicket(pid: "p-" + user.rawValue, sid: "s-" + user.rawValue)
    }

    func open(_ pid: String, for user: UserID) -> RecoveryTicket? { nil }
}

/// Files that nobody fetches.
struct NoLinks: FileLinks {
    func signature(of file: FileID, for user: UserID, until expiry: Timestamp) -> String { "" }
    func holds(_ signature: String, of file: FileID, for user: UserID, until expiry: Timestamp) -> Bool { false }
}
