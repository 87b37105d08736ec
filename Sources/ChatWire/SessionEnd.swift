/// Why the server ends a session, as `session:ended` tells it. CONTRACT section 3, "The end of a session".
package enum SessionEnd: String, Sendable, CaseIterable {
    // The client shall come back by itself: the transport is closed without a DISCONNECT.
    case restart
    case tokenExpired = "token_expired"
    case tooSlow = "too_slow"
    // It shall not: DISCONNECT first.
    case tokenRevoked = "token_revoked"
    case userBlocked = "user_blocked"
    case userDeleted = "user_deleted"
    case replaced
    case disconnected

    package var reconnect: Bool {
        switch self {
        case .restart, .tokenExpired, .tooSlow: true
        case .tokenRevoked, .userBlocked, .userDeleted, .replaced, .disconnected: false
        }
    }

    package var message: String {
        switch self {
        case .restart: "The server is restarting."
        case .tokenExpired: "The token has expired."
        case .tooSlow: "The connection did not keep up with what was sent."
        case .tokenRevoked: "The token was revoked."
        case .userBlocked: "The user is blocked."
        case .userDeleted: "The user was deleted."
        case .replaced: "Another connection of the user took this one's place."
        case .disconnected: "The operator ended the connection."
        }
    }
}
