import ChatCore
import ChatSQLite
import ChatTokens
import Logging
import SocketServer
import Testing

@testable import parley

@Suite("Settings")
struct SettingsTests {
    static func read(
        flags: [Setting: [String]] = [:], environment: [String: String] = [:], file: String? = nil,
        files: [String: String] = [:]
    ) throws -> ServeConfiguration {
        let source = try SettingsSource(
            flags: flags, environment: environment, file: file.map { ("parley.yaml", $0) })
        let reader = SettingsReader(
            source: source,
            readFile: { path in
                guard let text = files[path] else { throw Failure(.failure, "no such file") }
                return text
            }, cores: 4)
        return try reader.configuration()
    }

    static func message(
        flags: [Setting: [String]] = [:], environment: [String: String] = [:], file: String? = nil,
        files: [String: String] = [:]
    ) -> String? {
        do {
            _ = try read(flags: flags, environment: environment, file: file, files: files)
            return nil
        } catch let failure as Failure {
            return failure.status == .configuration ? failure.message : "wrong status: \(failure)"
        } catch {
            return "no Failure: \(error)"
        }
    }

    @Test("Without anything given the defaults of the contract hold")
    func defaults() throws {
        let configuration = try Self.read()
        #expect(configuration.dataDirectory == "./data")
        #expect(configuration.listen == .tcp(host: "::", port: 5000))
        #expect(configuration.adminListen == .tcp(host: "127.0.0.1", port: 5080))
        #expect(configuration.adminKey == nil && configuration.jwtSecrets == nil && configuration.tls == nil)
        #expect(configuration.tokenPolicy.userClaim == "sub" && !configuration.autoCreateUsers)
        #expect(configuration.durability == .full && configuration.clientsCreateChats == .none)
        #expect(configuration.history == .all && configuration.cors == .any)
        #expect(configuration.threads == 4)
        #expect(configuration.maxConnections == 20_000 && configuration.maxConnectionsPerUser == 20)
        #expect(configuration.pingInterval == .seconds(25) && configuration.pingTimeout == .seconds(20))
        #expect(configuration.connectTimeout == .seconds(15) && configuration.maxPayload == 1_000_000)
        #expect(configuration.maxMessageLength == 5_000 && configuration.maxAttachment == 10_000_000)
        #expect(configuration.maxStorage == nil && configuration.walLimit == nil && configuration.stripLocation)
        #expect(configuration.rateLimitMessages == 20 && configuration.rateLimitEvents == 100)
        #expect(configuration.recoveryWindow == .seconds(604_800))
        #expect(configuration.presenceGrace == .seconds(10) && configuration.typingTimeout == .seconds(6))
        #expect(configuration.quietMembers == 100 && configuration.maxSendQueue == 1_000_000)
        #expect(configuration.maxConnectionMemory == nil && configuration.maxMemory == nil)
        #expect(configuration.logLevel == .info && configuration.logFormat == .text)
    }

    @Test("A connection's memory holds a packet and a half at least")
    func connectionMemory() throws {
        let flags: [Setting: [String]] = [.maxPayload: ["100000"], .maxConnectionMemory: ["150kB"]]
        #expect(try Self.read(flags: flags).maxConnectionMemory == 150_000)
        #expect(throws: Failure.self) { try Self.read(flags: [.maxConnectionMemory: ["1000000"]]) }
    }

    @Test("A flag wins over the environment, the environment over the file, the file over the default")
    func precedence() throws {
        let file = "max-payload: 3000\nmax-connections: 30\nthreads: 3\n"
        let environment = ["PARLEY_MAX_PAYLOAD": "2000", "PARLEY_MAX_CONNECTIONS": "20"]
        let configuration = try Self.read(flags: [.maxPayload: ["1000"]], environment: environment, file: file)
        #expect(configuration.maxPayload == 1000)
        #expect(configuration.maxConnections == 20)
        #expect(configuration.threads == 3)
        #expect(configuration.maxMessageLength == 5000)
    }

    @Test("Every option is read from each of the three places", arguments: Setting.allCases)
    func everySetting(setting: Setting) {
        // Nothing that the option takes: so it must complain, under the name it was given by.
        let freeText: Set<Setting> = [.data, .jwtIssuer, .jwtAudience, .jwtUserClaim]
        let value = freeText.contains(setting) ? "" : "\u{1} "
        let fromFlag = Self.message(flags: [setting: [value]])
        #expect(fromFlag?.contains("--\(setting.rawValue)") == true)
        let fromEnvironment = Self.message(environment: [setting.environmentName: value])
        // An empty variable is none.
        #expect(value.isEmpty ? fromEnvironment == nil : fromEnvironment?.contains(setting.environmentName) == true)
        let fromFile = Self.message(file: "\(setting.rawValue): \(value.isEmpty ? "\"\"" : "\"\\u0001 \"")\n")
        #expect(fromFile?.contains("\(setting.rawValue) in the configuration file") == true)
    }

    @Test(
        "A bad value is refused with one line that names it",
        arguments: [
            (Setting.maxPayload, "lots"), (.maxPayload, "-1"), (.threads, "0"), (.listen, "5000"),
            (.listen, "::1:5000"),
            (.listen, "localhost:70000"), (.listen, "unix:"), (.durability, "maybe"), (.history, "none"),
            (.clientsCreateChats, "some"), (.corsOrigin, "chat.example.org"), (.corsOrigin, "https://a/b"),
            (.corsOrigin, "https://*.com"),
            (.trustedProxy, "10.0.0.0/33"), (.trustedProxy, "proxy"), (.logLevel, "loud"), (.logFormat, "xml"),
            (.autoCreateUsers, "perhaps"), (.pingInterval, "25 parsecs"), (.pingInterval, "5ms"),
            (.maxMemory, "10 parsecs"), (.rateLimitEvents, "-5"), (.jwtSecret, "short"),
            (.adminKey, "two words that are long enough"), (.adminKeyFile, "/missing"), (.tlsCert, "cert.pem"),
            (.jwtPublicKey, "key.pem"),
        ])
    func badValues(setting: Setting, value: String) {
        let message = Self.message(flags: [setting: [value]])
        #expect(message?.contains("--\(setting.rawValue)") == true)
        #expect(message?.contains("\n") == false)
    }

    @Test("Every text that is empty is refused but in the environment", arguments: Setting.allCases)
    func emptyValues(setting: Setting) {
        #expect(Self.message(flags: [setting: [""]])?.contains("--\(setting.rawValue) must be") == true)
        #expect(Self.message(file: "\(setting.rawValue): \"\"\n")?.contains("in the configuration file") == true)
    }

    @Test(
        "Each size and each time takes its units",
        arguments: [
            (Setting.maxPayload, "20MB"), (.maxAttachment, "20MB"), (.maxStorage, "20MB"), (.maxSendQueue, "20MB"),
            (.maxConnectionMemory, "20MB"), (.maxMemory, "20MB"), (.walLimit, "20MB"), (.pingInterval, "30s"),
            (.pingTimeout, "30s"), (.connectTimeout, "30s"), (.presenceGrace, "30s"), (.typingTimeout, "30s"),
            (.recoveryWindow, "30s"),
        ])
    func units(setting: Setting, text: String) {
        #expect(Self.message(flags: [setting: [text]]) == nil)
        #expect(Self.message(environment: [setting.environmentName: text]) == nil)
        #expect(Self.message(file: "\(setting.rawValue): \(text)\n") == nil)
    }

    @Test("Times and sizes are read as people write them, from each of the three places")
    func unitsEverywhere() throws {
        let file = "ping-interval: 25s\nrecovery-window: 30d\nmax-payload: 10MB\nlog-level: WARNING\n"
        let fromFile = try Self.read(file: file)
        #expect(fromFile.pingInterval == .seconds(25) && fromFile.recoveryWindow == .seconds(30 * 86_400))
        #expect(fromFile.maxPayload == 10_000_000 && fromFile.logLevel == .warning)
        let environment = [
            "PARLEY_PING_INTERVAL": "1500", "PARLEY_RECOVERY_WINDOW": "3600", "PARLEY_WAL_LIMIT": "1GiB",
            "PARLEY_LOG_LEVEL": "INFO", "PARLEY_AUTO_CREATE_USERS": "Yes",
        ]
        let fromEnvironment = try Self.read(environment: environment)
        #expect(fromEnvironment.pingInterval == .milliseconds(1500))
        #expect(fromEnvironment.recoveryWindow == .seconds(3600) && fromEnvironment.walLimit == 1 << 30)
        #expect(fromEnvironment.logLevel == .info && fromEnvironment.autoCreateUsers)
        let flags: [Setting: [String]] = [
            .typingTimeout: ["6s"], .maxAttachment: ["1.5GB"], .maxSendQueue: ["64k"], .durability: ["FULL"],
        ]
        let fromFlags = try Self.read(flags: flags)
        #expect(fromFlags.typingTimeout == .seconds(6) && fromFlags.maxAttachment == 1_500_000_000)
        #expect(fromFlags.maxSendQueue == 65_536 && fromFlags.durability == .full)
    }

    @Test(
        "Log levels have the names that other programs give them",
        arguments: [
            ("warn", Logger.Level.warning), ("WARNING", .warning), ("Info", .info), ("err", .error),
            ("fatal", .critical),
            ("TRACE", .trace), ("crit", .critical),
        ])
    func logLevels(text: String, level: Logger.Level) throws {
        #expect(try Self.read(flags: [.logLevel: [text]]).logLevel == level)
    }

    @Test("A path prefix has no slash at its end, is none for a slash alone, and is none of the server's own")
    func pathPrefix() throws {
        for text in ["/chat", "chat/"] {
            #expect(try Self.read(flags: [.pathPrefix: [text]]).pathPrefix?.description == "/chat")
        }
        #expect(try Self.read(flags: [.pathPrefix: ["/"]]).pathPrefix == nil)
        for text in ["https://a/chat", "/a b", "/files", "/socket.io/x"] {
            #expect(Self.message(flags: [.pathPrefix: [text]])?.contains("--path-prefix must be") == true)
        }
    }

    @Test("A secret that is refused is not repeated in the message")
    func secretsStayUntold() {
        #expect(Self.message(flags: [.jwtSecret: ["tooshort"]])?.contains("tooshort") == false)
        #expect(Self.message(environment: ["PARLEY_ADMIN_KEY": "a b"])?.contains("a b") == false)
    }

    @Test("Repeatable options take several values from each place")
    func repeatable() throws {
        let flags = try Self.read(flags: [.corsOrigin: ["https://a", "https://b"]])
        let both = try CORSPolicy(origins: ["https://a", "https://b"])
        #expect(flags.cors == both)
        let environment = try Self.read(environment: ["PARLEY_CORS_ORIGIN": "https://a,https://b"])
        #expect(environment.cors == both)
        let list = try Self.read(file: "cors-origin:\n  - https://a\n  - https://b\n")
        #expect(list.cors == both)
        #expect(try Self.read(environment: ["PARLEY_CORS_ORIGIN": ", https://b,,https://a,"]).cors == both)
        #expect(try Self.read(environment: ["PARLEY_CORS_ORIGIN": ","]).cors == .any)
        #expect(try Self.read(flags: [.corsOrigin: ["https://a", "*"]]).cors == .any)
        let one = try Self.read(file: "trusted-proxy: 10.0.0.0/8\n")
        #expect(!one.trustedProxies.isEmpty)
        #expect(try Self.read().trustedProxies.isEmpty)
    }

    @Test("A file with unknown keys, or that is no mapping, is refused; an empty one is fine")
    func files() throws {
        #expect(Self.message(file: "max-payloads: 1000\n")?.contains("max-payloads") == true)
        #expect(Self.message(file: "listen:\n  port: 5000\n")?.contains("listen.port") == true)
        #expect(Self.message(file: "- a\n- b\n") != nil)
        #expect(Self.message(file: "a: [\n") != nil)
        #expect(Self.message(file: "threads: [1, 2]\n")?.contains("threads") == true)
        #expect(Self.message(file: "# nothing\n\n") == nil)
        #expect(Self.message(file: "") == nil)
    }

    @Test("A variable that is empty counts as not set: the file and the default stand", arguments: Setting.allCases)
    func emptyVariables(setting: Setting) throws {
        #expect(Self.message(environment: [setting.environmentName: ""]) == nil)
        let below = try Self.read(environment: ["PARLEY_THREADS": "", "PARLEY_LISTEN": ""], file: "threads: 3\n")
        #expect(below.threads == 3 && below.listen == .tcp(host: "::", port: 5000))
        let source = try SettingsSource(flags: [:], environment: ["PARLEY_NOTHING": ""])
        #expect(source.unknownEnvironment.isEmpty)
    }

    @Test("An admin key that could be guessed is refused, wherever it is given")
    func shortKeys() throws {
        let short = String(repeating: "k", count: AdminKey.minimumLength - 1)
        for message in [
            Self.message(flags: [.adminKey: [short]]), Self.message(environment: ["PARLEY_ADMIN_KEY": short]),
            Self.message(file: "admin-key: \(short)\n"),
            Self.message(flags: [.adminKeyFile: ["key"]], files: ["key": short + "\n"]),
        ] {
            #expect(message?.contains("must have at least 16 characters") == true)
            #expect(message?.contains(short) == false)
        }
        #expect(try Self.read(flags: [.adminKey: [short + "k"]]).adminKey == short + "k")
    }

    @Test("The mode of a socket is octal")
    func unixMode() throws {
        #expect(try Self.read().unixMode == nil)
        for text in ["0660", "660"] { #expect(try Self.read(flags: [.unixMode: [text]]).unixMode == 0o660) }
        for text in ["0888", "1777", "rw", "-1", ""] {
            #expect(Self.message(flags: [.unixMode: [text]])?.contains("--unix-mode") == true)
        }
    }

    @Test("Unknown variables of the environment are told, and no error")
    func unknownVariables() throws {
        let source = try SettingsSource(
            flags: [:], environment: ["PARLEY_THREDS": "4", "PARLEY_CONFIG": "x", "PARLEY_THREADS": "2", "HOME": "/"])
        #expect(source.unknownEnvironment == ["PARLEY_THREDS"])
    }

    @Test("Keys can come from files, without the newline at their end; both ways at once is refused")
    func keyFiles() throws {
        let secret = String(repeating: "s", count: 32)
        let key = String(repeating: "k", count: 20)
        let files = ["admin": key + "\n", "jwt": secret + "\n"]
        let configuration = try Self.read(flags: [.adminKeyFile: ["admin"], .jwtSecretFile: ["jwt"]], files: files)
        #expect(configuration.adminKey == key && configuration.jwtSecrets?.current.text == secret)
        #expect(Self.message(flags: [.adminKey: ["k"], .adminKeyFile: ["admin"]], files: files) != nil)
        let nearer = try Self.read(
            flags: [.adminKeyFile: ["admin"]], environment: ["PARLEY_ADMIN_KEY": key + "2"], files: files)
        #expect(nearer.adminKey == key)
    }

    @Test("Several secrets hold, of which the first signs; files are read again, in their order")
    func severalSecrets() throws {
        let secrets = ["a", "b", "c"].map { String(repeating: $0, count: 32) }
        func texts(_ configuration: ServeConfiguration) -> [String] {
            configuration.jwtSecrets.map { [$0.current.text] + $0.previous.map(\.text) } ?? []
        }
        #expect(try texts(Self.read(flags: [.jwtSecret: secrets])) == secrets)
        #expect(try texts(Self.read(file: "jwt-secret: [\(secrets[0]), \(secrets[1])]")) == Array(secrets[..<2]))
        #expect(try texts(Self.read(file: "jwt-secret: \(secrets[0])")) == [secrets[0]])
        let files = ["one": secrets[0] + "\n", "two": secrets[1] + "\r\n"]
        let filed = try Self.read(flags: [.jwtSecretFile: ["one", "two"]], files: files)
        #expect(texts(filed) == Array(secrets[..<2]) && filed.keyFiles.secrets == ["one", "two"])
        #expect(Self.message(flags: [.jwtSecret: [secrets[0], "short"]])?.contains("32 bytes") == true)
        #expect(Self.message(flags: [.jwtSecret: secrets, .jwtSecretFile: ["one"]], files: files) != nil)
    }

    @Test("Secrets of the environment are separated by commas; one that has commas still holds whole")
    func secretsOfTheEnvironment() throws {
        func texts(_ value: String) throws -> [String] {
            let ring = try Self.read(environment: ["PARLEY_JWT_SECRET": value]).jwtSecrets
            return ring.map { [$0.current.text] + $0.previous.map(\.text) } ?? []
        }
        let (a, b) = (String(repeating: "a", count: 32), String(repeating: "b", count: 32))
        #expect(try texts(a) == [a])
        #expect(try texts("\(a),\(b)") == [a, b, "\(a),\(b)"])
        #expect(try texts("\(a),short") == ["\(a),short"])
        #expect(try texts("a, comma in a secret of forty bytes or so") == ["a, comma in a secret of forty bytes or so"])
    }

    @Test("The address of a JWKS is one of http, and needs an issuer or an audience like a file of keys")
    func addressOfKeys() throws {
        let url = "https://id.example.org/.well-known/jwks.json"
        #expect(Self.message(flags: [.jwtJWKSURL: [url]])?.contains("--jwt-audience") == true)
        let given = try Self.read(flags: [.jwtJWKSURL: [url], .jwtAudience: ["chat"]])
        #expect(given.jwtJWKSURL == url && given.jwtPublicKey == nil)
        for bad in ["", "id.example.org", "ftp://id.example.org/", "https://", "file:///etc/keys", "https:///jwks"] {
            #expect(Self.message(flags: [.jwtJWKSURL: [bad], .jwtIssuer: ["x"]]) != nil, "\(bad)")
        }
    }

    @Test("Public keys need an issuer or an audience; certificate and key go together")
    func combinations() throws {
        let files = ["key.pem": "PEM", "cert.pem": "PEM"]
        #expect(Self.message(flags: [.jwtPublicKey: ["key.pem"]], files: files)?.contains("--jwt-issuer") == true)
        let both = try Self.read(flags: [.jwtPublicKey: ["key.pem"], .jwtAudience: ["chat"]], files: files)
        #expect(both.jwtPublicKey == "PEM" && both.tokenPolicy.audience == "chat")
        #expect(Self.message(flags: [.tlsCert: ["cert.pem"]], files: files)?.contains("--tls-key") == true)
        let tls = try Self.read(flags: [.tlsCert: ["cert.pem"], .tlsKey: ["key.pem"]], files: files)
        #expect(tls.tls == ServeConfiguration.TLSFiles(certificate: "cert.pem", key: "key.pem"))
    }

    @Test(
        "Addresses are read in every form of the contract",
        arguments: [
            ("[::]:5000", ListenAddress.tcp(host: "::", port: 5000)),
            ("127.0.0.1:0", .tcp(host: "127.0.0.1", port: 0)),
            ("localhost:80", .tcp(host: "localhost", port: 80)),
            ("unix:/run/parley.sock", .unix(path: "/run/parley.sock")),
        ])
    func addresses(text: String, address: ListenAddress) throws {
        #expect(try Self.read(flags: [.listen: [text]]).listen == address)
        #expect(address.description == text)
    }
}
