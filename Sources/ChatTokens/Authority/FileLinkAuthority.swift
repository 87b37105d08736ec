import ChatCore
import JWTKit

/// Signatures of addresses of files: the first 24 bytes of `HMAC-SHA256(secret, "file" 0 id 0 seconds)`, base64url.
/// They are bound to the file and to the time until which they hold, and outlive a restart.
public struct FileLinkAuthority: FileLinks {
    private let algorithm: any JWTAlgorithm

    /// - Parameter secret: one of its own, kept in the database.
    public init(secret: SigningSecret) async throws {
        let collection = JWTKeyCollection()
        await collection.add(hmac: HMACKey(from: secret.text), digestAlgorithm: .sha256)
        algorithm = try await collection.getKey()
    }

    public func signature(of file: FileID, until expiry: Timestamp) -> String {
        let input = Array("file\u{0}\(file.rawValue)\u{0}\(expiry.milliseconds / 1000)".utf8)
        do {
            return Base64URL.encode(try algorithm.sign(input).prefix(24))
        } catch {
            preconditionFailure("HMAC-SHA256 is defined for every input: \(error)")
        }
    }

    public func holds(_ signature: String, of file: FileID, until expiry: Timestamp) -> Bool {
        let right = self.signature(of: file, until: expiry)
        // Takes as long whichever byte differs.
        return right.utf8.count == signature.utf8.count
            && zip(right.utf8, signature.utf8).reduce(0) { $0 | ($1.0 ^ $1.1) } == 0
    }
}
