import ByteText
import Synchronization

/// Makes and checks the addresses under which a file can be fetched without a token. CONTRACT section 3, `file:url`.
/// Implemented by `ChatTokens`.
public protocol FileLinks: Sendable {
    /// The signature that lets whoever shows it fetch this file in the name of `user` until `expiry`, which is cut to
    /// seconds.
    func signature(of file: FileID, for user: UserID, until expiry: Timestamp) -> String
    /// Whether the signature is of this file, this user and this expiry; whether that is over, and whether the user may
    /// have the file still, the caller says.
    func holds(_ signature: String, of file: FileID, for user: UserID, until expiry: Timestamp) -> Bool
}

/// How an address of a file reads, signed and not.
public enum FileAddress {
    /// How long a signed address is good.
    public static let life: Duration = .seconds(3600)

    private static let chosen = Mutex("")
    /// Looked up once, by the first address that is written: one costs no lock.
    private static let prefix = chosen.withLock { $0 }

    /// Names the path below which clients find the public listener, beginning with a slash, or nothing. It is one for
    /// the process, as the listener is; to be said before the first address is written, for it never changes then.
    public static func choosePrefix(_ path: String) { chosen.withLock { $0 = path } }

    /// Relative to the host that the public listener is found at.
    public static func path(of file: FileID) -> String { prefix + "/files/\(file.rawValue)" }

    /// A signed address that is good for `user` until `expiry`, which is cut to seconds. It names the user, so that
    /// what holds for them when it is used holds for it.
    public static func signed(
        _ file: FileID, for user: UserID, until expiry: Timestamp, by links: any FileLinks
    ) -> String {
        let signature = links.signature(of: file, for: user, until: expiry)
        return "\(path(of: file))?expires=\(expiry.milliseconds / 1000)&user=\(escaped(user))&signature=\(signature)"
    }

    /// An id may hold what means something in a query.
    private static func escaped(_ user: UserID) -> String {
        var text = ""
        for byte in user.rawValue.utf8 {
            let isPlain = (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
            if isPlain || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_") {
                text.unicodeScalars.append(Unicode.Scalar(byte))
            } else {
                let digits = byte.hexadecimalDigits(uppercase: true)
                for byte in [UInt8(ascii: "%"), digits.0, digits.1] { text.unicodeScalars.append(Unicode.Scalar(byte)) }
            }
        }
        return text
    }
}
