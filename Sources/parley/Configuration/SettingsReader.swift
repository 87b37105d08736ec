import ChatCore
import ChatHTTP
import ChatTokens
import Foundation
import Logging
import SocketServer

/// Understands the settings, or says which one is wrong.
struct SettingsReader {
    var source: SettingsSource
    /// The contents of a small file that a setting names.
    var readFile: (String) throws -> String = SmallFile.text(at:)
    var cores: Int = ProcessInfo.processInfo.activeProcessorCount

    /// - Throws: ``Failure`` with status 78.
    func configuration() throws -> ServeConfiguration {
        let tls = try tlsFiles()
        let secrets = try jwtSecrets()
        return ServeConfiguration(
            dataDirectory: try text(.data, "./data"),
            listen: try address(.listen, ListenAddress.tcp(host: "::", port: 5000)),
            unixMode: try unixMode(),
            pathPrefix: try pathPrefix(),
            adminListen: try address(.adminListen, ListenAddress.tcp(host: "127.0.0.1", port: 5080)),
            adminHosts: try adminHosts(),
            adminKey: try adminKey(),
            jwtSecrets: KeyRing(secrets: secrets.secrets),
            jwtPublicKey: try jwtPublicKey(),
            keyFiles: KeyFiles(secrets: secrets.files, publicKeys: try text(.jwtPublicKey)),
            jwtJWKSURL: try jwtJWKSURL(),
            tokenPolicy: TokenPolicy(
                issuer: try text(.jwtIssuer), audience: try text(.jwtAudience),
                userClaim: try text(.jwtUserClaim, "sub")),
            autoCreateUsers: try switched(.autoCreateUsers),
            durability: try choice(.durability, .full),
            clientsCreateChats: try choice(.clientsCreateChats, .none),
            history: try choice(.history, .all),
            cors: try cors(),
            tls: tls,
            trustedProxies: try trustedProxies(),
            threads: try number(.threads, cores, 1...1024),
            maxConnections: try number(.maxConnections, ServeConfiguration.standardMaxConnections, 1...10_000_000),
            maxConnectionsPerUser: try number(.maxConnectionsPerUser, 20, 1...1_000_000),
            pingInterval: try duration(.pingInterval, .milliseconds, 25_000, 100...86_400_000),
            pingTimeout: try duration(.pingTimeout, .milliseconds, 20_000, 100...86_400_000),
            connectTimeout: try duration(.connectTimeout, .milliseconds, 15_000, 100...86_400_000),
            maxPayload: try size(.maxPayload, 1_000_000, 1_000...1_000_000_000),
            maxMessageLength: try number(.maxMessageLength, 5_000, 1...1_000_000),
            maxAttachment: try size(.maxAttachment, 10_000_000, 0...1_000_000_000_000),
            stripLocation: try switched(.stripLocation, true),
            maxStorage: try optionalSize(.maxStorage, 0...Int(Int64.max)),
            rateLimitMessages: try number(.rateLimitMessages, 20, 0...1_000_000),
            rateLimitEvents: try number(.rateLimitEvents, 100, 0...1_000_000),
            recoveryWindow: try duration(.recoveryWindow, .seconds, 604_800, 0...3_155_760_000),
            presenceGrace: try duration(.presenceGrace, .milliseconds, 10_000, 0...86_400_000),
            typingTimeout: try duration(.typingTimeout, .milliseconds, 6_000, 100...86_400_000),
            quietMembers: try number(.quietMembers, 100, 0...1_000_000),
            maxSendQueue: try size(.maxSendQueue, 1_000_000, 1_000...10_000_000_000),
            maxConnectionMemory: try maxConnectionMemory(),
            maxMemory: try optionalSize(.maxMemory, 10_000_000...Int(Int64.max)),
            walLimit: try optionalSize(.walLimit, 1_000_000...Int(Int64.max)),
            logLevel: try choice(.logLevel, .info, besides: Self.logLevels),
            logFormat: try choice(.logFormat, .text),
            exposure: try exposure())
    }

    /// Everything that is wrong, a sentence a setting: what is wrong is left out, and the rest looked at again.
    func faults() -> [Failure] {
        var reader = self
        var faults: [Failure] = []
        while true {
            do {
                _ = try reader.configuration()
                return faults
            } catch {
                let failure = error as? Failure ?? Failure(.configuration, ErrorText.clause(error))
                faults.append(failure)
                guard let setting = failure.setting, reader.source.leftOut.insert(setting).inserted else {
                    return faults
                }
            }
        }
    }

    // MARK: Kinds of values

    private func text(_ setting: Setting) throws -> String? {
        try source.value(setting)?.text
    }

    private func text(_ setting: Setting, _ standard: String) throws -> String {
        try text(setting) ?? standard
    }

    private func address(_ setting: Setting, _ standard: ListenAddress) throws -> ListenAddress {
        guard let value = try source.value(setting) else { return standard }
        // The setting is named in what is said instead.
        guard let address = try? ListenAddress(value.text) else {
            throw Failure.badValue(value, "ADDR:PORT, [V6]:PORT or unix:PATH")
        }
        return address
    }

    private func optionalNumber(_ setting: Setting, _ range: ClosedRange<Int>) throws -> Int? {
        guard let value = try source.value(setting) else { return nil }
        guard let number = Int(value.text), range.contains(number) else {
            throw Failure.badValue(value, "a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    private func number(_ setting: Setting, _ standard: Int, _ range: ClosedRange<Int>) throws -> Int {
        try optionalNumber(setting, range) ?? standard
    }

    private func optionalSize(_ setting: Setting, _ range: ClosedRange<Int>) throws -> Int? {
        guard let value = try source.value(setting) else { return nil }
        guard let size = ByteSize(value.text), range.contains(size.bytes) else {
            throw Failure.badValue(
                value, "bytes from \(range.lowerBound) to \(range.upperBound), like 1500000, 64k, 10MB or 1GiB")
        }
        return size.bytes
    }

    private func size(_ setting: Setting, _ standard: Int, _ range: ClosedRange<Int>) throws -> Int {
        try optionalSize(setting, range) ?? standard
    }

    /// - Parameters:
    ///   - unit: of a plain number, of `standard` and of `range`.
    private func duration(
        _ setting: Setting, _ unit: DurationSetting.Unit, _ standard: Int, _ range: ClosedRange<Int>
    ) throws -> Duration {
        let step = unit.rawValue
        guard let value = try source.value(setting) else { return .milliseconds(standard * step) }
        let bounds = range.lowerBound * step...range.upperBound * step
        guard let duration = DurationSetting(value.text, plain: unit), bounds.contains(duration.milliseconds) else {
            throw Failure.badValue(
                value,
                "a time from \(range.lowerBound) to \(range.upperBound) \(unit), like 90s, 15m, 12h or 30d, "
                    + "or a plain number of \(unit)")
        }
        return duration.duration
    }

    /// - Parameter synonyms: what else people write, in lower case.
    private func choice<Choice: RawRepresentable & CaseIterable>(
        _ setting: Setting, _ standard: Choice, besides synonyms: [String: Choice] = [:]
    ) throws -> Choice where Choice.RawValue == String {
        guard let value = try source.value(setting) else { return standard }
        let text = value.text.lowercased()
        guard let choice = Choice(rawValue: text) ?? synonyms[text] else {
            throw Failure.badValue(value, "one of " + Choice.allCases.map(\.rawValue).joined(separator: ", "))
        }
        return choice
    }

    /// What other programs call the levels.
    private static let logLevels: [String: Logger.Level] = [
        "all": .trace, "verbose": .debug, "information": .info, "informational": .info, "warn": .warning,
        "err": .error, "crit": .critical, "fatal": .critical, "alert": .critical, "emerg": .critical,
        "panic": .critical,
    ]

    private func switched(_ setting: Setting, _ standard: Bool = false) throws -> Bool {
        guard let value = try source.value(setting) else { return standard }
        switch value.text.lowercased() {
        case "true", "yes", "on", "1", "enabled": return true
        case "false", "no", "off", "0", "disabled": return false
        default: throw Failure.badValue(value, "true or false")
        }
    }

    private func file(_ value: SettingValue) throws -> String {
        do {
            return try readFile(value.text)
        } catch {
            let reason = (error as? SmallFile.Unreadable).map { ": \($0.reason)" } ?? ""
            throw Failure.badValue(value, "a file that can be read\(reason)")
        }
    }

    // MARK: Settings with rules of their own

    /// A packet has to fit into it, and some beside it, or none could ever be whole.
    private func maxConnectionMemory() throws -> Int? {
        guard let value = try source.value(.maxConnectionMemory) else { return nil }
        let payload = try size(.maxPayload, 1_000_000, 1_000...1_000_000_000)
        let least = payload + payload / 2
        guard let size = ByteSize(value.text), (least...100_000_000_000).contains(size.bytes) else {
            throw Failure.badValue(
                value, "bytes from \(least), one and a half times --max-payload, to 100000000000, like 4MB")
        }
        return size.bytes
    }

    /// A secret given itself or as a file; where both are given, the nearer origin counts.
    private func secret(_ direct: Setting, _ inFile: Setting) throws -> (origin: SettingValue, text: String)? {
        guard let value = try secrets(direct, inFile).first else { return nil }
        guard value.setting == inFile else { return (value, value.text) }
        return (value, try file(value).trimmingCharacters(in: .whitespacesAndNewlines))
    }

    /// Secrets given themselves or as files: those that count.
    private func secrets(_ direct: Setting, _ inFile: Setting) throws -> [SettingValue] {
        let given = try source.values(direct) ?? []
        let named = try source.values(inFile) ?? []
        guard let one = given.first, let other = named.first else { return given + named }
        guard one.origin != other.origin else {
            throw Failure(
                .configuration,
                "\(one.origin.name(of: direct)) and \(other.origin.name(of: inFile)) exclude each other", of: inFile)
        }
        return one.origin < other.origin ? given : named
    }

    /// Host names, without scheme or port.
    private func adminHosts() throws -> [String] {
        try (source.values(.adminHost) ?? []).map { value in
            let isName = value.text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
                case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."): true
                case UInt8(ascii: "_"): true
                default: false
                }
            }
            guard isName, (1...253).contains(value.text.utf8.count) else {
                throw Failure.badValue(value, "a host name like parley.example.org, without a port")
            }
            return value.text
        }
    }

    private func adminKey() throws -> String? {
        guard let (origin, key) = try secret(.adminKey, .adminKeyFile) else { return nil }
        if let fault = AdminKey.fault(of: key) {
            throw Failure(
                .configuration, "\(origin.origin.name(of: origin.setting)) \(fault)", of: origin.setting)
        }
        return key
    }

    private func jwtSecrets() throws -> (secrets: [SigningSecret], files: [String]) {
        let values = try secrets(.jwtSecret, .jwtSecretFile)
        let areFiles = values.first?.setting == .jwtSecretFile
        let secrets = try values.flatMap { value in
            let texts = areFiles ? [KeyFiles.secret(in: try file(value))] : Self.texts(of: value)
            return try texts.map { text in
                guard let secret = SigningSecret(text) else {
                    let name = value.origin.name(of: value.setting)
                    throw Failure(
                        .configuration, "\(name) must have at least \(SigningSecret.minimumLength) bytes",
                        of: value.setting)
                }
                return secret
            }
        }
        return (secrets, areFiles ? values.map(\.text) : [])
    }

    /// In the environment several are separated by commas. But one that has commas itself was always taken whole: so it
    /// still holds as that, too.
    private static func texts(of secret: SettingValue) -> [String] {
        let parts = secret.text.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
        guard secret.origin == .environment, parts.count > 1,
            parts.allSatisfy({ $0.utf8.count >= SigningSecret.minimumLength })
        else { return [secret.text] }
        return parts + [secret.text]
    }

    private func jwtPublicKey() throws -> String? {
        guard let value = try source.value(.jwtPublicKey) else { return nil }
        try requireAddressee(of: value)
        return try file(value)
    }

    private func jwtJWKSURL() throws -> String? {
        guard let value = try source.value(.jwtJWKSURL) else { return nil }
        try requireAddressee(of: value)
        let url = URL(string: value.text)
        guard let url, ["http", "https"].contains(url.scheme?.lowercased()), url.host()?.isEmpty == false else {
            throw Failure.badValue(value, "an address like https://id.example.org/jwks.json")
        }
        return value.text
    }

    /// Keys of others sign for others too.
    private func requireAddressee(of keys: SettingValue) throws {
        guard try source.value(.jwtIssuer) != nil || source.value(.jwtAudience) != nil else {
            throw Failure(
                .configuration,
                "\(keys.origin.name(of: keys.setting)) needs --jwt-issuer or --jwt-audience: "
                    + "else a token made for another service would do", of: keys.setting)
        }
    }

    private func cors() throws -> CORSPolicy {
        guard let values = try source.values(.corsOrigin), !values.isEmpty else { return .any }
        var isAny = false
        var patterns: [OriginPattern] = []
        for value in values {
            guard value.text != "*" else {
                isAny = true
                continue
            }
            do {
                // A host may have been typed on another system than its name was registered with (UTS 46 section 4).
                patterns.append(try OriginPattern(value.text.precomposedStringWithCompatibilityMapping))
            } catch {
                throw Failure.badValue(
                    value, "* or an origin like https://chat.example.com or https://*.example.com; this one \(error)")
            }
        }
        return isAny ? .any : CORSPolicy(origins: patterns)
    }

    private func pathPrefix() throws -> PathPrefix? {
        // A slash alone is the whole site.
        guard let value = try source.value(.pathPrefix), value.text != "/" else { return nil }
        guard let prefix = PathPrefix(value.text) else {
            throw Failure.badValue(value, "a path like /chat, of letters, digits and - . _ ~ between slashes")
        }
        guard !PublicSite.ownParts.contains(prefix.head) else {
            throw Failure.badValue(value, "a path that does not begin as one of Parley's own (/files, /socket.io)")
        }
        return prefix
    }

    private func unixMode() throws -> UInt32? {
        guard let value = try source.value(.unixMode) else { return nil }
        guard let mode = UInt32(value.text, radix: 8), mode <= 0o777 else {
            throw Failure.badValue(value, "the mode of a file in octal digits, like 0660")
        }
        return mode
    }

    /// Where keys were given, and who may see them there.
    private func exposure() throws -> KeyExposure {
        var exposure = KeyExposure()
        for setting in [Setting.adminKey, .jwtSecret] {
            switch try source.values(setting)?.first?.origin {
            case .flag: exposure.flags.append(setting)
            case .file: exposure.files += source.fileName.map { [$0] } ?? []
            case .environment, nil: break
            }
        }
        exposure.files += try [Setting.adminKeyFile, .jwtSecretFile, .tlsKey]
            .flatMap { try source.values($0)?.map(\.text) ?? [] }
        return exposure
    }

    private func tlsFiles() throws -> ServeConfiguration.TLSFiles? {
        let certificate = try source.value(.tlsCert)
        let key = try source.value(.tlsKey)
        switch (certificate, key) {
        case (nil, nil): return nil
        case (let certificate?, let key?):
            _ = try file(certificate)
            _ = try file(key)
            return ServeConfiguration.TLSFiles(certificate: certificate.text, key: key.text)
        case (let one?, nil), (nil, let one?):
            throw Failure(
                .configuration, "\(one.origin.name(of: one.setting)): --tls-cert and --tls-key go together",
                of: one.setting)
        }
    }

    private func trustedProxies() throws -> TrustedProxies {
        let values = try source.values(.trustedProxy) ?? []
        // The setting is named in what is said instead.
        for value in values where (try? TrustedProxies([value.text])) == nil {
            throw Failure.badValue(value, "an address or a range like 10.0.0.0/8, loopback or private")
        }
        do {
            return try TrustedProxies(values.map(\.text))
        } catch {
            throw Failure(.configuration, "--trusted-proxy: \(ErrorText.clause(error))", of: .trustedProxy)
        }
    }
}
