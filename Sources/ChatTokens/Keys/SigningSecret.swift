import ByteText
import ChatCore

/// A secret for HS256, as it lies in the database and in `--jwt-secret`.
public struct SigningSecret: Codable, Hashable, Sendable {
    /// Bytes; RFC 7518 section 3.2 asks for as many as the hash has.
    public static let minimumLength = 32

    /// Its UTF-8 bytes are the key.
    public var text: String
    /// Set for a key that signs no more: when the last token signed with it has expired for certain.
    public var retiredUntil: Int64?

    /// - Returns: `nil` when `text` is shorter than ``minimumLength`` bytes.
    public init?(_ text: String) {
        guard text.utf8.count >= Self.minimumLength else { return nil }
        self.text = text
    }

    /// 256 random bits from the system.
    public static func random() -> SigningSecret {
        var generator = SystemRandomNumberGenerator()
        let bytes = (0..<32).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
        return SigningSecret(unchecked: Base64.url.encode(bytes))
    }

    private init(unchecked text: String) { self.text = text }
}

extension SigningSecret {
    /// Whether tokens of this key can still be valid at `now`.
    func mayVerify(at now: Timestamp) -> Bool {
        retiredUntil.map { now.milliseconds < $0 } ?? true
    }
}
