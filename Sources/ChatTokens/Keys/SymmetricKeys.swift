import JWTKit

/// The key ring, ready to sign and verify: one `JWTAlgorithm` a secret.
struct SymmetricKeys: Sendable {
    struct Key: Sendable {
        var kid: String
        var algorithm: any JWTAlgorithm
    }

    var current: Key
    var previous: [Key]

    init(_ ring: KeyRing) async throws {
        current = try await Self.key(ring.current)
        previous = []
        for secret in ring.previous { previous.append(try await Self.key(secret)) }
    }

    /// The keys to try: the one the token names, else all.
    func candidates(kid: String?) -> [Key] {
        let all = [current] + previous
        guard let kid, let named = all.first(where: { $0.kid == kid }) else { return all }
        return [named]
    }

    /// The `kid` tells nothing of the secret: it is 48 bits of a MAC under it.
    private static func key(_ secret: SigningSecret) async throws -> Key {
        let collection = JWTKeyCollection()
        await collection.add(hmac: HMACKey(from: secret.text), digestAlgorithm: .sha256)
        let algorithm = try await collection.getKey()
        let name = try algorithm.sign(Array("parley key id".utf8)).prefix(6)
        return Key(kid: Base64URL.encode(name), algorithm: algorithm)
    }
}
