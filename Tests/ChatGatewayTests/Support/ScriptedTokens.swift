import ChatCore
import Synchronization

/// Tokens that read `user` or `user/token-id`, and tickets that are numbered.
final class ScriptedTokens: TokenVerifier, RecoveryTickets, FileLinks {
    private let issued = Mutex(0)
    private let generation = Mutex<UInt64>(0)
    private let profile = Mutex(TokenProfile())

    /// What every token says of its user from now on.
    func say(_ profile: TokenProfile) { self.profile.withLock { $0 = profile } }

    /// What was verified until now holds no more.
    func revokeKeys() { generation.withLock { $0 += 1 } }

    func stillAccepts(_ hold: TokenHold) -> Bool { generation.withLock { $0 } == hold.keyGeneration }

    func verify(_ token: String) throws(TokenError) -> VerifiedToken {
        let parts = token.split(separator: "/")
        guard let user = parts.first else { throw .unauthorized("empty") }
        let id = parts.count > 1 ? TokenID(String(parts[1])) : nil
        return VerifiedToken(
            userID: UserID(String(user)), profile: profile.withLock { $0 },
            expiresAt: Timestamp.now().advanced(by: .seconds(3600)),
            facts: TokenFacts(id: id, issuedAt: nil), keyGeneration: generation.withLock { $0 })
    }

    func issue(for user: UserID) -> RecoveryTicket {
        let number = issued.withLock { number in
            number += 1
            return number
        }
        return RecoveryTicket(pid: "\(user.rawValue)-pid\(number)", sid: "\(user.rawValue)-sid\(number)")
    }

    func open(_ pid: String, for user: UserID) -> RecoveryTicket? {
        let start = user.rawValue + "-pid"
        guard pid.hasPrefix(start) else { return nil }
        return RecoveryTicket(pid: pid, sid: "\(user.rawValue)-sid\(pid.dropFirst(start.count))")
    }

    func signature(of file: FileID, for user: UserID, until expiry: Timestamp) -> String { "signed" }
    func holds(_ signature: String, of file: FileID, for user: UserID, until expiry: Timestamp) -> Bool { true }
}
