import ChatCore
import ChatHTTP
import ChatTokens

/// Keeps the signing keys: in the database, unless the configuration sets one.
actor KeyKeeper: TokenIssuer {
    /// The names under which the database keeps them.
    static let ringSetting = "jwt.keys"
    static let recoverySetting = "recovery.secret"
    static let filesSetting = "files.secret"

    nonisolated let authority: TokenAuthority
    private let store: any ChatStore
    private var ring: KeyRing
    private let isConfigured: Bool
    private var isRotating = false
    /// Ends the sessions that live on tokens which hold no more.
    private var sessions: (any LiveSessions)?
    /// Ends the transfers.
    private var leases: TransferLeases?

    init(authority: TokenAuthority, store: any ChatStore, ring: KeyRing, isConfigured: Bool) {
        self.authority = authority
        self.store = store
        self.ring = ring
        self.isConfigured = isConfigured
    }

    func watch(_ sessions: any LiveSessions, _ leases: TransferLeases) {
        self.sessions = sessions
        self.leases = leases
    }

    nonisolated func sign(_ record: TokenRecord, username: String) -> String {
        authority.issue(record, username: username)
    }

    nonisolated func latestIssueAhead(of user: UserID) -> Timestamp? { authority.latestIssueAhead(of: user) }

    /// Uses the secrets of the configuration as its files have them now. What is signed with one that is not there any
    /// more holds no longer where it is shown; who is connected stays until their token expires.
    func use(_ configured: KeyRing) {
        guard isConfigured, configured != ring else { return }
        ring = configured
        authority.install(configured, revoking: false)
    }

    func rotate(revoke: Bool) async throws {
        guard !isConfigured else {
            throw ChatError(.conflict, "The signing key is set by the configuration: change it there.")
        }
        guard !isRotating else { throw ChatError(.conflict, "The keys are being rotated already.") }
        isRotating = true
        defer { isRotating = false }
        let next = ring.rotated(revoke: revoke, at: .now())
        _ = try await store.perform(.setSetting(key: Self.ringSetting, value: try next.encoded()))
        ring = next
        authority.install(next, revoking: revoke)
        guard revoke else { return }
        leases?.lookAgain()
        guard let sessions else { return }
        for user in Set(await sessions.connections().map(\.userID)) {
            _ = try await store.perform(.revokeTokens(user, issuedUpTo: latestIssueAhead(of: user)))
        }
    }
}
