import ChatCore

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// The HS256 secrets in use: one that signs, and those before it whose tokens still hold. Kept in the database as JSON.
public struct KeyRing: Codable, Hashable, Sendable {
    /// The longest life of an issued token; CONTRACT section 2, `POST /admin/tokens`.
    public static let longestToken: Duration = .seconds(10 * 366 * 86_400)

    public var current: SigningSecret
    public var previous: [SigningSecret]

    public init(current: SigningSecret, previous: [SigningSecret] = []) {
        self.current = current
        self.previous = previous
    }

    /// That of secrets which the operator sets: the first signs, all hold. `nil` of none.
    public init?(secrets: [SigningSecret]) {
        guard let first = secrets.first else { return nil }
        self.init(current: first, previous: Array(secrets.dropFirst()))
    }

    /// The ring after `POST /admin/keys/rotate`: a new secret signs; the old ones verify until their last token must
    /// have expired, or, with `revoke`, no more.
    public func rotated(to secret: SigningSecret = .random(), revoke: Bool, at now: Timestamp) -> KeyRing {
        guard !revoke else { return KeyRing(current: secret) }
        var retired = current
        retired.retiredUntil = now.advanced(by: Self.longestToken).milliseconds
        return KeyRing(current: secret, previous: [retired] + previous.filter { $0.mayVerify(at: now) })
    }

    /// As kept in the database.
    public func encoded() throws -> String {
        String(decoding: try JSONEncoder().encode(self), as: UTF8.self)
    }

    /// - Throws: `DecodingError` when `text` is not what ``encoded()`` makes.
    public init(encoded text: String) throws {
        self = try JSONDecoder().decode(KeyRing.self, from: Data(text.utf8))
    }
}
