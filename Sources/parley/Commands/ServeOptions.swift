import ArgumentParser
import ChatCore
import Logging

/// The flags of `serve`, taken as text: they are understood together with the environment and the file, by
/// ``SettingsReader``, so that a bad value gets the same answer wherever it stands.
struct ServeOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp("YAML file with any of these options, without the dashes", valueName: "FILE"),
        completion: .file())
    var config: String?

    @Option(
        help: ArgumentHelp("Directory of the database and the keys (default: ./data)", valueName: "DIR"),
        completion: .directory)
    var data: String?

    @Option(help: ArgumentHelp("Public listener, or unix:PATH (default: [::]:5000)", valueName: "ADDR:PORT"))
    var listen: String?

    @Option(help: ArgumentHelp("Mode of the socket of a unix:PATH listener (default: 0666)", valueName: "OCTAL"))
    var unixMode: String?

    @Option(help: ArgumentHelp("Path of a proxy, below which everything public is served too", valueName: "PATH"))
    var pathPrefix: String?

    @Option(help: ArgumentHelp("Admin endpoint (default: 127.0.0.1:5080)", valueName: "ADDR:PORT"))
    var adminListen: String?

    @Option(
        help: ArgumentHelp(
            "Name by which the admin endpoint is called, besides localhost and addresses; repeatable",
            valueName: "NAME"))
    var adminHost: [String] = []

    @Option(help: ArgumentHelp("Bearer key of the admin endpoint (default: made at the first start)", valueName: "KEY"))
    var adminKey: String?

    @Option(
        help: ArgumentHelp("File with the bearer key of the admin endpoint", valueName: "FILE"), completion: .file())
    var adminKeyFile: String?

    @Option(
        help: ArgumentHelp(
            "HS256 secret, 32 bytes or more (default: made at the first start); repeatable: the first signs, all hold",
            valueName: "SECRET"))
    var jwtSecret: [String] = []

    @Option(
        help: ArgumentHelp("File with a HS256 secret; repeatable; re-read on SIGHUP", valueName: "FILE"),
        completion: .file())
    var jwtSecretFile: [String] = []

    @Option(
        help: ArgumentHelp(
            "PEM or JWKS: accept RS256, ES256 and EdDSA tokens too; re-read on SIGHUP", valueName: "FILE"),
        completion: .file())
    var jwtPublicKey: String?

    @Option(
        name: .customLong("jwt-jwks-url"),
        help: ArgumentHelp(
            "Where an identity provider serves its keys as a JWKS: as --jwt-public-key, kept up to date",
            valueName: "URL"))
    var jwtJWKSURL: String?

    @Option(help: ArgumentHelp("The iss that outside tokens must carry", valueName: "ISSUER"))
    var jwtIssuer: String?

    @Option(help: ArgumentHelp("The aud that outside tokens must carry", valueName: "AUDIENCE"))
    var jwtAudience: String?

    @Option(help: ArgumentHelp("The claim of outside tokens that names the user (default: sub)", valueName: "CLAIM"))
    var jwtUserClaim: String?

    @Option(
        help: ArgumentHelp(
            "What an ack survives: power loss, or a crash of the process (default: full)", valueName: "full|normal"),
        completion: .oneOf(StoreDurability.self))
    var durability: String?

    @Option(
        help: ArgumentHelp("Which chats clients may create (default: none)", valueName: "none|direct|all"),
        completion: .oneOf(ChatPolicy.ClientsCreateChats.self))
    var clientsCreateChats: String?

    @Option(
        help: ArgumentHelp("What a new member sees of older messages (default: all)", valueName: "all|joined"),
        completion: .oneOf(ChatPolicy.HistoryVisibility.self))
    var history: String?

    @Option(help: ArgumentHelp("Allowed origin; repeatable (default: *)", valueName: "ORIGIN"))
    var corsOrigin: [String] = []

    @Option(
        help: ArgumentHelp("Certificate chain (PEM) of the public listener; re-read on SIGHUP", valueName: "FILE"),
        completion: .file())
    var tlsCert: String?

    @Option(help: ArgumentHelp("Private key (PEM) of the public listener", valueName: "FILE"), completion: .file())
    var tlsKey: String?

    @Option(
        help: ArgumentHelp(
            "Proxy whose X-Forwarded-For is believed; loopback, private; repeatable", valueName: "CIDR"))
    var trustedProxy: [String] = []

    @Option(help: ArgumentHelp("Event-loop threads of the socket server (default: one a core)", valueName: "N"))
    var threads: String?

    @Option(help: ArgumentHelp("Connections at most, as far as the open files allow (default: 20000)", valueName: "N"))
    var maxConnections: String?

    @Option(help: ArgumentHelp("Connections of one user; beyond it the oldest goes (default: 20)", valueName: "N"))
    var maxConnectionsPerUser: String?

    @Option(help: ArgumentHelp("Engine.IO heartbeat (default: 25000)", valueName: "MS"))
    var pingInterval: String?

    @Option(help: ArgumentHelp("Time for the answer to a heartbeat (default: 20000)", valueName: "MS"))
    var pingTimeout: String?

    @Option(help: ArgumentHelp("Time to send CONNECT (default: 15000)", valueName: "MS"))
    var connectTimeout: String?

    @Option(help: ArgumentHelp("One Engine.IO packet (default: 1000000)", valueName: "BYTES"))
    var maxPayload: String?

    @Option(help: ArgumentHelp("Unicode scalars of a message (default: 5000)", valueName: "N"))
    var maxMessageLength: String?

    @Option(help: ArgumentHelp("One uploaded file (default: 10000000)", valueName: "BYTES"))
    var maxAttachment: String?

    @Option(help: ArgumentHelp("All files together (default: half the free disk)", valueName: "BYTES"))
    var maxStorage: String?

    @Option(help: ArgumentHelp("Messages of one user a second; 0: no limit (default: 20)", valueName: "N"))
    var rateLimitMessages: String?

    @Option(
        help: ArgumentHelp(
            "What the events of one user may cost a second, 1 each and more; 0: no limit (default: 100)",
            valueName: "N"))
    var rateLimitEvents: String?

    @Option(
        help: ArgumentHelp(
            "How far back a returning client is brought up to date (default: 604800)", valueName: "SECONDS"))
    var recoveryWindow: String?

    @Option(help: ArgumentHelp("Until a user without sockets counts as offline (default: 10000)", valueName: "MS"))
    var presenceGrace: String?

    @Option(help: ArgumentHelp("Until typing ends by itself (default: 6000)", valueName: "MS"))
    var typingTimeout: String?

    @Option(help: ArgumentHelp("Larger chats get no per-member receipts and presence (default: 100)", valueName: "N"))
    var quietMembers: String?

    @Option(help: ArgumentHelp("Unsent broadcasts of one connection (default: 1000000)", valueName: "BYTES"))
    var maxSendQueue: String?

    @Option(
        help: ArgumentHelp(
            "All that is kept for one connection (default: twice --max-payload)", valueName: "BYTES"))
    var maxConnectionMemory: String?

    @Option(
        help: ArgumentHelp(
            "All that is kept for all connections (default: half the machine's memory)", valueName: "BYTES"))
    var maxMemory: String?

    @Option(
        help: ArgumentHelp("Size at which the log is checkpointed at any rate (default: 1 GiB)", valueName: "BYTES"))
    var walLimit: String?

    @Option(
        help: ArgumentHelp("trace, debug, info, notice, warning, error, critical (default: info)", valueName: "LEVEL"),
        completion: .oneOf(Logger.Level.self))
    var logLevel: String?

    @Option(
        help: ArgumentHelp("Format of the log on standard error (default: text)", valueName: "text|json"),
        completion: .oneOf(ServeConfiguration.LogFormat.self))
    var logFormat: String?

    @Option(
        defaultAsFlag: "true", parsing: .next,
        help: ArgumentHelp("A valid token of an unknown user creates the user (default: no)", valueName: "yes|no"),
        completion: .list(["yes", "no"]))
    var autoCreateUsers: String?

    @Flag(help: .hidden)
    var noAutoCreateUsers = false

    @Option(
        defaultAsFlag: "true", parsing: .next,
        help: ArgumentHelp(
            "Take the GPS part out of the EXIF of uploaded JPEGs (default: yes)", valueName: "yes|no"),
        completion: .list(["yes", "no"]))
    var stripLocation: String?

    @Flag(help: .hidden)
    var noStripLocation = false

    func validate() throws {
        if noAutoCreateUsers, autoCreateUsers != nil {
            throw ValidationError("--auto-create-users and --no-auto-create-users exclude each other.")
        }
        if noStripLocation, stripLocation != nil {
            throw ValidationError("--strip-location and --no-strip-location exclude each other.")
        }
    }

    /// What was given, by setting.
    var values: [Setting: [String]] {
        var values = texts.compactMapValues { $0.map { [$0] } }
        values[.autoCreateUsers] = (noAutoCreateUsers ? "false" : autoCreateUsers).map { [$0] }
        values[.stripLocation] = (noStripLocation ? "false" : stripLocation).map { [$0] }
        if !adminHost.isEmpty { values[.adminHost] = adminHost }
        if !corsOrigin.isEmpty { values[.corsOrigin] = corsOrigin }
        if !trustedProxy.isEmpty { values[.trustedProxy] = trustedProxy }
        if !jwtSecret.isEmpty { values[.jwtSecret] = jwtSecret }
        if !jwtSecretFile.isEmpty { values[.jwtSecretFile] = jwtSecretFile }
        return values
    }

    private var texts: [Setting: String?] {
        [
            .data: data, .listen: listen, .unixMode: unixMode,
            .pathPrefix: pathPrefix, .adminListen: adminListen, .adminKey: adminKey,
            .adminKeyFile: adminKeyFile, .jwtPublicKey: jwtPublicKey,
            .jwtJWKSURL: jwtJWKSURL, .jwtIssuer: jwtIssuer, .jwtAudience: jwtAudience,
            .jwtUserClaim: jwtUserClaim, .durability: durability, .clientsCreateChats: clientsCreateChats,
            .history: history, .tlsCert: tlsCert, .tlsKey: tlsKey, .threads: threads,
            .maxConnections: maxConnections, .maxConnectionsPerUser: maxConnectionsPerUser,
            .pingInterval: pingInterval, .pingTimeout: pingTimeout, .connectTimeout: connectTimeout,
            .maxPayload: maxPayload, .maxMessageLength: maxMessageLength, .maxAttachment: maxAttachment,
            .maxStorage: maxStorage, .rateLimitMessages: rateLimitMessages, .rateLimitEvents: rateLimitEvents,
            .recoveryWindow: recoveryWindow, .presenceGrace: presenceGrace, .typingTimeout: typingTimeout,
            .quietMembers: quietMembers, .maxSendQueue: maxSendQueue, .maxConnectionMemory: maxConnectionMemory,
            .maxMemory: maxMemory, .walLimit: walLimit, .logLevel: logLevel,
            .logFormat: logFormat,
        ]
    }
}

extension CompletionKind {
    /// The values of a choice.
    static func oneOf<Choice: CaseIterable & RawRepresentable>(_: Choice.Type) -> CompletionKind
    where Choice.RawValue == String { .list(Choice.allCases.map(\.rawValue)) }
}
