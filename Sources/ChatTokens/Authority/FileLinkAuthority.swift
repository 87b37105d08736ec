import ByteText
import ChatCore

/// Signatures of addresses of files: the first 24 bytes of `HMAC-SHA256(secret, "file" 0 id 0 user 0 seconds)`,
/// base64url. They are bound to the file, to the user in whose name they were given out and to the time until which
/// they hold, and outlive a restart. No id has a NUL in it.
public struct FileLinkAuthority: FileLinks {
    private let mac: MACKey

    /// - Parameter secret: one of its own, kept in the database.
    public init(secret: SigningSecret) { mac = MACKey(secret) }

    public func signature(of file: FileID, for user: UserID, until expiry: Timestamp) -> String {
        let input = "file\u{0}\(file.rawValue)\u{0}\(user.rawValue)\u{0}\(expiry.milliseconds / 1000)"
        return Base64.url.encode(mac.code(of: input.utf8).prefix(24))
    }

    public func holds(_ signature: String, of file: FileID, for user: UserID, until expiry: Timestamp) -> Bool {
        MACKey.areEqual(self.signature(of: file, for: user, until: expiry).utf8, signature.utf8)
    }
}
