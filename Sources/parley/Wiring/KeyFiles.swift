import ChatTokens
import Foundation

/// The files of `--jwt-secret-file` and `--jwt-public-key`, which are read again on SIGHUP.
struct KeyFiles: Sendable, Hashable {
    /// Paths; the secret of the first signs.
    var secrets: [String]
    /// Path.
    var publicKeys: String?

    /// - Throws: ``Failure``, `OutsideKeysError`: nothing is used then.
    func read() async throws -> (secrets: KeyRing?, publicKeys: OutsideKeys?) {
        let secrets = try self.secrets.map { path in
            guard let secret = SigningSecret(Self.secret(in: try Self.text(at: path))) else {
                throw Failure(.configuration, "\(path) must have at least \(SigningSecret.minimumLength) bytes")
            }
            return secret
        }
        var keys: OutsideKeys?
        if let publicKeys { keys = try await OutsideKeys(try Self.text(at: publicKeys)) }
        return (KeyRing(secrets: secrets), keys)
    }

    private static func text(at path: String) throws(Failure) -> String {
        do {
            return try SmallFile.text(at: path)
        } catch {
            throw Failure(.configuration, "\(path) cannot be read: \(error.reason)")
        }
    }

    /// What stands in the file, without the end of its line.
    static func secret(in text: String) -> String { text.trimmingCharacters(in: .whitespacesAndNewlines) }
}
