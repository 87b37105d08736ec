import ChatCore
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
        return ServeConfiguration(
            dataDirectory: try text(.data, "./data"),
            listen: try address(.listen, ListenAddress.tcp(host: "::", port: 5000)),
            unixMode: try unixMode(),
            adminListen: try address(.adminListen, ListenAddress.tcp(host: "127.0.0.1", port: 5080)),
            adminHosts: try adminHosts(),
            adminKey: try adminKey(),
            jwtSecret: try jwtSecret(),
            jwtPublicKey: try jwtPublicKey(),
            tokenPolicy: TokenPolicy(
                issuer: try text(.jwtIssuer), audience: try text(.jwtAudience),
                userClaim: try text(.jwtUserClaim, "sub")),
            autoCreateUsers: try switched(.autoCreateUsers),
            durability: try choice(.durability, .full),
            clientsCreateChats: try choice(.clientsCreateChats, .none),
            history: try choice(.history, .all),
            corsOrigins: try corsOrigins(),
            tls: tls,
            trustedProxies: try trustedProxies(),
            threads: try number(.threads, cores, 1...1024),
            maxConnections: try number(.maxConnections, ServeConfiguration.standardMaxConnections, 1...10_000_000),
            maxConnectionsPerUser: try number(.maxConnectionsPerUser, 20, 1...1_000_000),
            pingInterval: try milliseconds(.pingInterval, 25_000, 100...86_400_000),
            pingTimeout: try milliseconds(.pingTimeout, 20_000, 100...86_400_000),
            connectTimeout: try milliseconds(.connectTimeout, 15_000, 100...86_400_000),
            maxPayload: try number(.maxPayload, 1_000_000, 1_000...1_000_000_000),
            maxMessageLength: try number(.maxMessageLength, 5_000, 1...1_000_000),
            maxAttachment: try number(.maxAttachment, 10_000_000, 0...1_000_000_000_000),
            stripLocation: try switched(.stripLocation, true),
            maxStorage: try optionalNumber(.maxStorage, 0...Int(Int64.max)),
            rateLimitMessages: try number(.rateLimitMessages, 20, 0...1_000_000),
            rateLimitEvents: try number(.rateLimitEvents, 100, 0...1_000_000),
            recoveryWindow: .seconds(try number(.recoveryWindow, 604_800, 0...3_155_760_000)),
            presenceGrace: try milliseconds(.presenceGrace, 10_000, 0...86_400_000),
            typingTimeout: try milliseconds(.typingTimeout, 6_000, 100...86_400_000),
            quietMembers: try number(.quietMembers, 100, 0...1_000_000),
            maxSendQueue: try number(.maxSendQueue, 1_000_000, 1_000...10_000_000_000),
            maxConnectionMemory: try maxConnectionMemory(),
            maxMemory: try optionalNumber(.maxMemory, 10_000_000...Int(Int64.max)),
            walLimit: try optionalNumber(.walLimit, 1_000_000...Int(Int64.max)),
            logLevel: try choice(.logLevel, .info),
            logFormat: try choice(.logFormat, .text),
            exposure: try exposure())
    }

    // MARK: Kinds of values

    private func text(_ setting: Setting) throws -> String? {
        guard let value = try source.value(setting) else { return nil }
        guard !value.text.isEmpty else { throw Failure.badValue(value, "something: it is empty") }
        return value.text
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

    private func milliseconds(_ setting: Setting, _ standard: Int, _ range: ClosedRange<Int>) throws -> Duration {
        .milliseconds(try number(setting, standard, range))
    }

    private func choice<Choice: RawRepresentable & CaseIterable>(
        _ setting: Setting, _ standard: Choice
    ) throws -> Choice where Choice.RawValue == String {
        guard let value = try source.value(setting) else { return standard }
        guard let choice = Choice(rawValue: value.text) else {
            throw Failure.badValue(value, "one of " + Choice.allCases.map(\.rawValue).joined(separator: ", "))
        }
        return choice
    }

    private func switched(_ setting: Setting, _ standard: Bool = false) throws -> Bool {
        guard let value = try source.value(setting) else { return standard }
        switch value.text.lowercased() {
        case "true", "yes", "on", "1": return true
        case "false", "no", "off", "0": return false
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
        let payload = try number(.maxPayload, 1_000_000, 1_000...1_000_000_000)
        let least = payload + payload / 2
        guard let number = Int(value.text), (least...100_000_000_000).contains(number) else {
            throw Failure.badValue(
                value, "a whole number from \(least), one and a half times --max-payload, to 100000000000")
        }
        return number
    }

    /// A secret given itself or as a file; where both are given, the nearer origin counts.
    private func secret(_ direct: Setting, _ inFile: Setting) throws -> (origin: SettingValue, text: String)? {
        let given = try source.value(direct)
        let named = try source.value(inFile)
        if let given, let named, given.origin == named.origin {
            throw Failure(
                .configuration,
                "\(given.origin.name(of: direct)) and \(named.origin.name(of: inFile)) exclude each other")
        }
        if let named, given.map({ named.origin < $0.origin }) ?? true {
            return (named, try file(named).trimmingCharacters(in: .whitespacesAndNewlines))
        }
        return given.map { ($0, $0.text) }
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
            throw Failure(.configuration, "\(origin.origin.name(of: origin.setting)) \(fault)")
        }
        return key
    }

    private func jwtSecret() throws -> SigningSecret? {
        guard let (origin, text) = try secret(.jwtSecret, .jwtSecretFile) else { return nil }
        guard let secret = SigningSecret(text) else {
            throw Failure(
                .configuration,
                "\(origin.origin.name(of: origin.setting)) must have at least \(SigningSecret.minimumLength) bytes")
        }
        return secret
    }

    private func jwtPublicKey() throws -> String? {
        guard let value = try source.value(.jwtPublicKey) else { return nil }
        guard try source.value(.jwtIssuer) != nil || source.value(.jwtAudience) != nil else {
            throw Failure(
                .configuration,
                "\(value.origin.name(of: .jwtPublicKey)) needs --jwt-issuer or --jwt-audience: "
                    + "else a token made for another service would do")
        }
        return try file(value)
    }

    private func corsOrigins() throws -> [String] {
        guard let values = try source.values(.corsOrigin), !values.isEmpty else { return ["*"] }
        return try values.map { value in
            guard value.text == "*" || Self.isOrigin(value.text) else {
                throw Failure.badValue(value, "* or an origin like https://chat.example.org")
            }
            return value.text.lowercased()
        }
    }

    /// Scheme, host, perhaps a port, and nothing after it (RFC 6454 section 6.2).
    private static func isOrigin(_ text: String) -> Bool {
        guard let separator = text.firstRange(of: "://") else { return false }
        let scheme = text[..<separator.lowerBound]
        let rest = text[separator.upperBound...]
        return !scheme.isEmpty && scheme.allSatisfy { $0.isLetter || $0.isNumber || "+-.".contains($0) }
            && !rest.isEmpty && !rest.contains { $0.isWhitespace || "/?#@".contains($0) }
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
            switch try source.value(setting)?.origin {
            case .flag: exposure.flags.append(setting)
            case .file: exposure.files += source.fileName.map { [$0] } ?? []
            case .environment, nil: break
            }
        }
        exposure.files += try [Setting.adminKeyFile, .jwtSecretFile, .tlsKey].compactMap { try source.value($0)?.text }
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
            throw Failure(.configuration, "\(one.origin.name(of: one.setting)): --tls-cert and --tls-key go together")
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
            throw Failure(.configuration, "--trusted-proxy: \(ErrorText.clause(error))")
        }
    }
}
