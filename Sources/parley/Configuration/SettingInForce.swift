import ChatCore
import ChatTokens
import Logging
import SocketServer

/// A setting as the appliance would have it, and where that comes from: what `parley config` shows.
struct SettingInForce: Equatable, Sendable {
    let setting: Setting
    /// `nil`: it has no value, and nothing is done for it. Never a secret.
    let value: String?
    /// As the operator wrote it there; `default`.
    let origin: String

    /// All of them, in the order of ``Setting``.
    static func all(_ configuration: ServeConfiguration, _ source: SettingsSource) throws -> [SettingInForce] {
        try Setting.allCases.map { setting in
            let given = try source.values(setting)
            let isGiven = given?.isEmpty == false
            let value = isGiven && setting.isSecret ? "(hidden)" : configuration.text(of: setting)
            let origin = isGiven ? given?.first?.origin.name(of: setting) : nil
            // What names files or addresses is shown as it was given.
            let asGiven = setting.isShownAsGiven ? given.map { $0.map(\.text).joined(separator: ", ") } : nil
            return SettingInForce(setting: setting, value: asGiven ?? value, origin: origin ?? "default")
        }
    }
}

extension Setting {
    /// What is understood is another thing than what was written: a key instead of its file.
    fileprivate var isShownAsGiven: Bool {
        switch self {
        case .adminKeyFile, .jwtSecretFile, .jwtPublicKey, .corsOrigin, .trustedProxy: true
        default: false
        }
    }
}

extension ServeConfiguration {
    /// What is in force where nothing that ``Setting/isSecret`` was given.
    fileprivate func text(of setting: Setting) -> String? {
        switch setting {
        case .data, .listen, .unixMode, .pathPrefix, .adminListen, .adminHost, .corsOrigin, .trustedProxy, .tlsCert,
            .tlsKey, .threads, .logLevel, .logFormat:
            textOfPlace(setting)
        case .adminKey, .adminKeyFile, .jwtSecret, .jwtSecretFile, .jwtPublicKey, .jwtJWKSURL, .jwtIssuer,
            .jwtAudience, .jwtUserClaim, .autoCreateUsers:
            textOfKey(setting)
        default: textOfLimit(setting)
        }
    }

    private func textOfPlace(_ setting: Setting) -> String? {
        switch setting {
        case .data: dataDirectory
        case .listen: "\(listen)"
        case .unixMode: "0" + String(unixMode ?? 0o666, radix: 8)
        case .pathPrefix: pathPrefix?.description
        case .adminListen: "\(adminListen)"
        case .adminHost: adminHosts.isEmpty ? nil : adminHosts.joined(separator: ", ")
        case .corsOrigin: "*"
        case .tlsCert: tls?.certificate
        case .tlsKey: tls?.key
        case .threads: String(threads)
        case .logLevel: logLevel.rawValue
        case .logFormat: logFormat.rawValue
        default: nil
        }
    }

    private func textOfKey(_ setting: Setting) -> String? {
        switch setting {
        case .adminKey: adminKey == nil ? "admin.key in the data directory" : nil
        case .jwtSecret: jwtSecrets == nil ? "made at the first start, in the database" : nil
        case .jwtJWKSURL: jwtJWKSURL
        case .jwtIssuer: tokenPolicy.issuer
        case .jwtAudience: tokenPolicy.audience
        case .jwtUserClaim: tokenPolicy.userClaim
        case .autoCreateUsers: String(autoCreateUsers)
        default: nil
        }
    }

    private func textOfLimit(_ setting: Setting) -> String? {
        switch setting {
        case .durability: durability.rawValue
        case .clientsCreateChats: clientsCreateChats.rawValue
        case .history: history.rawValue
        case .maxConnections: String(maxConnections)
        case .maxConnectionsPerUser: String(maxConnectionsPerUser)
        case .pingInterval: DurationSetting.text(of: pingInterval)
        case .pingTimeout: DurationSetting.text(of: pingTimeout)
        case .connectTimeout: DurationSetting.text(of: connectTimeout)
        case .maxPayload: String(maxPayload)
        case .maxMessageLength: String(maxMessageLength)
        case .maxAttachment: String(maxAttachment)
        case .maxStorage: maxStorage.map { String($0) } ?? "half the free disk"
        case .stripLocation: String(stripLocation)
        case .rateLimitMessages: String(rateLimitMessages)
        case .rateLimitEvents: String(rateLimitEvents)
        case .recoveryWindow: DurationSetting.text(of: recoveryWindow)
        case .presenceGrace: DurationSetting.text(of: presenceGrace)
        case .typingTimeout: DurationSetting.text(of: typingTimeout)
        case .quietMembers: String(quietMembers)
        case .maxSendQueue: String(maxSendQueue)
        case .maxConnectionMemory: String(maxConnectionMemory ?? 2 * maxPayload)
        case .maxMemory: maxMemory.map { String($0) } ?? "half the machine's"
        case .walLimit: walLimit.map { String($0) } ?? "1 GiB, at most a quarter of the free disk"
        default: nil
        }
    }
}

extension DurationSetting {
    /// The largest unit of which it is a whole number: `25s`, `7d`.
    static func text(of duration: Duration) -> String {
        let milliseconds = duration.components.seconds * 1000 + duration.components.attoseconds / 1_000_000_000_000_000
        let units: [(Int64, String)] = [(86_400_000, "d"), (3_600_000, "h"), (60_000, "m"), (1000, "s")]
        let unit = units.first { milliseconds > 0 && milliseconds % $0.0 == 0 } ?? (1, "ms")
        return "\(milliseconds / unit.0)\(unit.1)"
    }
}
