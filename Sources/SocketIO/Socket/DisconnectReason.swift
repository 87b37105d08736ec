import EngineIO

/// Why a socket left its namespace; the raw values are those of Socket.IO's server.
public enum DisconnectReason: String, Sendable, Hashable {
    /// The client disconnected.
    case client = "client namespace disconnect"
    /// ``Socket/disconnect(closingConnection:)``.
    case server = "server namespace disconnect"
    case transportClose = "transport close"
    case transportError = "transport error"
    case pingTimeout = "ping timeout"
    case parseError = "parse error"
    case forcedServerClose = "forced server close"
    case tooSlow = "too slow"
    case serverShutdown = "server shutting down"

    /// Whether the client was cut off and may be back: nobody wanted the end.
    var isRecoverable: Bool {
        switch self {
        case .transportClose, .transportError, .pingTimeout, .forcedServerClose, .serverShutdown: true
        case .client, .server, .parseError, .tooSlow: false
        }
    }

    init(_ reason: EngineCloseReason) {
        self =
            switch reason {
            case .transportClose: .transportClose
            case .transportError: .transportError
            case .pingTimeout: .pingTimeout
            case .parseError: .parseError
            case .forcedClose: .forcedServerClose
            case .tooSlow: .tooSlow
            case .serverShutdown: .serverShutdown
            }
    }
}
