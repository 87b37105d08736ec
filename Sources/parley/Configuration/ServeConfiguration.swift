import ChatCore
import ChatTokens
import Logging
import SocketServer

/// Everything `serve` can be told, understood and checked. CONTRACT section 1; defaults are in ``SettingsReader``.
struct ServeConfiguration: Sendable {
    enum LogFormat: String, CaseIterable, Sendable {
        case text, json
    }

    struct TLSFiles: Hashable, Sendable {
        var certificate: String
        var key: String
    }

    var dataDirectory: String
    var listen: ListenAddress
    /// Of a `unix:` listener; `nil`: the listener's own default.
    var unixMode: UInt32?
    /// Below what path everything public lies as well.
    var pathPrefix: PathPrefix?
    var adminListen: ListenAddress
    /// Names by which the admin listener is called, besides `localhost` and addresses.
    var adminHosts: [String]
    /// `nil`: `admin.key` in the data directory, made at the first start.
    var adminKey: String?
    /// Of which the first signs; `nil`: the key ring in the database, made at the first start.
    var jwtSecrets: KeyRing?
    /// The text of the file.
    var jwtPublicKey: String?
    /// Where secrets and public keys are read again.
    var keyFiles: KeyFiles
    /// Where an identity provider serves its keys.
    var jwtJWKSURL: String?
    var tokenPolicy: TokenPolicy
    var autoCreateUsers: Bool
    var durability: StoreDurability
    var clientsCreateChats: ChatPolicy.ClientsCreateChats
    var history: ChatPolicy.HistoryVisibility
    var cors: CORSPolicy
    var tls: TLSFiles?
    var trustedProxies: TrustedProxies
    var threads: Int
    static let standardMaxConnections = 20_000
    var maxConnections: Int
    var maxConnectionsPerUser: Int
    var pingInterval: Duration
    var pingTimeout: Duration
    var connectTimeout: Duration
    /// Bytes.
    var maxPayload: Int
    /// Unicode scalars.
    var maxMessageLength: Int
    /// Bytes.
    var maxAttachment: Int
    /// Bytes; `nil`: half the free disk.
    /// Whether JPEGs lose the GPS part of their EXIF.
    var stripLocation: Bool
    var maxStorage: Int?
    /// A second; 0 is no limit.
    var rateLimitMessages: Int
    /// Units a second, for all connections of a user; 0 is no limit.
    var rateLimitEvents: Int
    var recoveryWindow: Duration
    var presenceGrace: Duration
    var typingTimeout: Duration
    var quietMembers: Int
    /// Bytes.
    var maxSendQueue: Int
    /// Bytes kept for one connection; `nil`: twice ``maxPayload``.
    var maxConnectionMemory: Int?
    /// Bytes kept for all connections; `nil`: half the machine's.
    var maxMemory: Int?
    /// Bytes; `nil`: 1 GiB, at most a quarter of the free disk.
    var walLimit: Int?
    var logLevel: Logger.Level
    var logFormat: LogFormat
    var exposure: KeyExposure
}
