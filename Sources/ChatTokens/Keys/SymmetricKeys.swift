import ByteText

/// The key ring, ready to sign and verify.
struct SymmetricKeys: Sendable {
    struct Key: Sendable {
        var kid: ByteString
        var mac: MACKey
    }

    var current: Key
    var previous: [Key]

    init(_ ring: KeyRing) {
        current = Self.key(ring.current)
        previous = ring.previous.map(Self.key)
    }

    /// The keys to try: the one the token names, else all.
    func candidates(kid: ByteString?) -> [Key] {
        let all = [current] + previous
        guard let kid, let named = all.first(where: { $0.kid == kid }) else { return all }
        return [named]
    }

    /// The `kid` tells nothing of the secret: it is 48 bits of a MAC under it.
    private static func key(_ secret: SigningSecret) -> Key {
        let mac = MACKey(secret)
        return Key(kid: ByteString(Base64.url.encode(mac.code(of: "parley key id".utf8).prefix(6))), mac: mac)
    }
}
