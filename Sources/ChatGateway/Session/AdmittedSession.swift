import ChatCore

/// All that the admission found out about a socket that may enter.
struct AdmittedSession: Sendable {
    let session: Admission.Session
    let token: VerifiedToken
    let liveUser: LiveUser
    let pid: String
    /// By which it has the `pid`, where a client came back with it.
    let claim: PidClaims.Claim?
    let start: SessionStart
}
