import ChatCore
import SocketIO

/// A client whose token is right.
struct Applicant: Sendable {
    let token: VerifiedToken
    /// What the token says of its user, where that is followed (`--auto-create-users`).
    let signIn: SignIn?
    /// What it shows of a session before; `nil` for a fresh one.
    let comeback: Comeback?
    let decide: @Sendable (ConnectDecision) -> Void
}
