/// Every option of `serve` that can also stand in the environment (`PARLEY_<NAME>`) and in the configuration file.
/// CONTRACT section 1. The raw value is the flag without its dashes and the key in the file.
enum Setting: String, CaseIterable, Sendable {
    case data
    case listen
    case unixMode = "unix-mode"
    case pathPrefix = "path-prefix"
    case adminListen = "admin-listen"
    case adminHost = "admin-host"
    case adminKey = "admin-key"
    case adminKeyFile = "admin-key-file"
    case jwtSecret = "jwt-secret"
    case jwtSecretFile = "jwt-secret-file"
    case jwtPublicKey = "jwt-public-key"
    case jwtJWKSURL = "jwt-jwks-url"
    case jwtIssuer = "jwt-issuer"
    case jwtAudience = "jwt-audience"
    case jwtUserClaim = "jwt-user-claim"
    case autoCreateUsers = "auto-create-users"
    case durability
    case clientsCreateChats = "clients-create-chats"
    case history
    case corsOrigin = "cors-origin"
    case tlsCert = "tls-cert"
    case tlsKey = "tls-key"
    case trustedProxy = "trusted-proxy"
    case threads
    case maxConnections = "max-connections"
    case maxConnectionsPerUser = "max-connections-per-user"
    case pingInterval = "ping-interval"
    case pingTimeout = "ping-timeout"
    case connectTimeout = "connect-timeout"
    case maxPayload = "max-payload"
    case maxMessageLength = "max-message-length"
    case maxAttachment = "max-attachment"
    case maxStorage = "max-storage"
    case stripLocation = "strip-location"
    case rateLimitMessages = "rate-limit-messages"
    case rateLimitEvents = "rate-limit-events"
    case recoveryWindow = "recovery-window"
    case presenceGrace = "presence-grace"
    case typingTimeout = "typing-timeout"
    case quietMembers = "quiet-members"
    case maxSendQueue = "max-send-queue"
    case maxConnectionMemory = "max-connection-memory"
    case maxMemory = "max-memory"
    case walLimit = "wal-limit"
    case logLevel = "log-level"
    case logFormat = "log-format"

    /// Given more than once on the command line, as a list in the file, separated by commas in the environment.
    var isRepeatable: Bool {
        switch self {
        case .adminHost, .corsOrigin, .trustedProxy, .jwtSecret, .jwtSecretFile: true
        default: false
        }
    }

    /// Never shown in a message.
    var isSecret: Bool {
        switch self {
        case .adminKey, .jwtSecret: true
        default: false
        }
    }

    /// `PARLEY_MAX_PAYLOAD`.
    var environmentName: String {
        "PARLEY_" + rawValue.uppercased().map { $0 == "-" ? "_" : String($0) }.joined()
    }
}
