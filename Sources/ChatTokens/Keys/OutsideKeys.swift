import ByteText
import JWTKit

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Public keys of others, from the file of `--jwt-public-key` or the address of `--jwt-jwks-url`: tokens signed by them
/// with RS256, ES256 or EdDSA.
public struct OutsideKeys: Sendable {
    /// A set has no more: a token that names no key is tried with each.
    public static let limit = 100

    static let algorithms: [ByteString] = ["RS256", "ES256", "EdDSA"]

    struct Key: Sendable {
        var kid: ByteString?
        var algorithm: any JWTAlgorithm
    }

    var keys: [Key]

    /// Reads a JWKS (or a single JWK) or PEM blocks: SubjectPublicKeyInfo of RSA, P-256 or Ed25519, RSA certificates.
    ///
    /// - Throws: ``OutsideKeysError``, which says what is wrong with the file.
    public init(_ text: String) async throws {
        if text.contains("-----BEGIN ") {
            keys = try await Self.pem(text)
        } else {
            keys = try await Self.jwks(text)
        }
        try check()
    }

    /// Reads a JWKS as its provider serves it: a key in it that cannot be used keeps none of the others out.
    ///
    /// - Throws: ``OutsideKeysError``, also where none is left.
    public init(served text: String) async throws {
        keys = try await Self.jwks(text, leavesOut: true)
        try check()
    }

    private func check() throws {
        guard !keys.isEmpty else { throw OutsideKeysError("holds no key for RS256, ES256 or EdDSA") }
        guard keys.count <= Self.limit else { throw OutsideKeysError("holds more than \(Self.limit) keys") }
    }

    public var count: Int { keys.count }

    /// These keys and others.
    func joined(with others: OutsideKeys?) -> OutsideKeys {
        var all = self
        all.keys += others?.keys ?? []
        return all
    }

    /// Whether one of them has signed the token; `nil` when there is none for it. Only keys of the algorithm that the
    /// token names: a public key is never taken as an HMAC secret, nor an RSA key for ECDSA.
    func haveSigned(_ token: CompactToken) -> Bool? {
        let (name, kid) = (token.header.alg, token.header.kid)
        let candidates = keys.filter { key in
            ByteString(key.algorithm.name) == name && (kid == nil || key.kid == nil || key.kid == kid)
        }
        if candidates.isEmpty { return nil }
        // A signature of the wrong length throws: it is as wrong as any other.
        return candidates.contains { (try? $0.algorithm.verify(token.signature, signs: token.signed)) ?? false }
    }

    private static func jwks(_ text: String, leavesOut: Bool = false) async throws -> [Key] {
        let data = Data(text.utf8)
        let decoder = JSONDecoder()
        // The sentence says what it should be.
        guard let set = try? decoder.decode(LenientSet.self, from: data) else {
            throw OutsideKeysError("is neither PEM nor a JWKS")
        }
        var keys: [Key] = []
        for jwk in set.keys {
            guard let name = algorithmName(of: jwk) else { continue }
            var publicKey = jwk
            publicKey.privateExponent = nil
            publicKey.keyIdentifier = "key"
            do {
                let collection = JWTKeyCollection()
                try await collection.add(jwk: publicKey)
                let algorithm = try await collection.getKey(for: "key", alg: name)
                guard ByteString(algorithm.name) == ByteString(name) else { continue }
                keys.append(Key(kid: jwk.keyIdentifier.map { ByteString($0.string) }, algorithm: algorithm))
            } catch {
                if leavesOut { continue }
                let name = jwk.keyIdentifier.map { " (kid \($0.string))" } ?? ""
                throw OutsideKeysError("holds a key that cannot be used\(name)")
            }
        }
        return keys
    }

    private static func algorithmName(of jwk: JWK) -> String? {
        let name: String
        switch jwk.keyType {
        case .rsa: name = "RS256"
        case .ecdsa where jwk.curve == .ecdsa(.p256): name = "ES256"
        case .octetKeyPair where jwk.curve == .eddsa(.ed25519): name = "EdDSA"
        default: return nil
        }
        return jwk.algorithm == nil || jwk.algorithm?.rawValue == name ? name : nil
    }

    private static func pem(_ text: String) async throws -> [Key] {
        var keys: [Key] = []
        for block in blocks(of: text) {
            if block.contains("PRIVATE KEY-----") { throw OutsideKeysError("holds a private key; give the public one") }
            let collection = JWTKeyCollection()
            // Only reading a block tells whether it is of a kind.
            func read<PublicKey>(_ make: (String) throws -> PublicKey) -> PublicKey? { try? make(block) }
            if let key = read({ try EdDSA.PublicKey(pem: $0) }) {
                await collection.add(eddsa: key)
            } else if let key = read({ try ES256PublicKey(pem: $0) }) {
                await collection.add(ecdsa: key)
            } else if let key = read({ try Insecure.RSA.PublicKey(pem: $0) })
                ?? read({ try Insecure.RSA.PublicKey(certificatePEM: $0) })
            {
                await collection.add(rsa: key, digestAlgorithm: .sha256)
            } else {
                throw OutsideKeysError("holds a PEM block that is no public key of RSA (2048 bits), P-256 or Ed25519")
            }
            keys.append(Key(kid: nil, algorithm: try await collection.getKey()))
        }
        return keys
    }

    private static func blocks(of text: String) -> [String] {
        var blocks: [String] = []
        var block: [Substring] = []
        for line in text.split(whereSeparator: \.isNewline) {
            if line.hasPrefix("-----BEGIN ") { block = [] }
            block.append(line)
            if line.hasPrefix("-----END ") { blocks.append(block.joined(separator: "\n")) }
        }
        return blocks
    }

    /// A JWKS of which only the keys that JWTKit knows are read: sets also hold keys for encryption, of other kinds.
    private struct LenientSet: Decodable {
        var keys: [JWK]

        private struct Entry: Decodable {
            var jwk: JWK?
            // A key that JWTKit does not know is left out.
            init(from decoder: any Decoder) throws { jwk = try? JWK(from: decoder) }
        }

        private enum Key: String, CodingKey { case keys }

        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: Key.self)
            if container.contains(.keys) {
                keys = try container.decode([Entry].self, forKey: .keys).compactMap(\.jwk)
            } else {
                keys = [try JWK(from: decoder)]
            }
        }
    }
}

/// What is wrong with a file of `--jwt-public-key`, or with what `--jwt-jwks-url` served.
public struct OutsideKeysError: Error, Hashable, Sendable, CustomStringConvertible {
    public var description: String

    init(_ description: String) { self.description = description }
}
