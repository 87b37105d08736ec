/// Makes and checks the addresses under which a file can be fetched without a token. CONTRACT section 3, `file:url`.
/// Implemented by `ChatTokens`.
public protocol FileLinks: Sendable {
    /// The signature that lets whoever shows it fetch this file until `expiry`, which is cut to seconds.
    func signature(of file: FileID, until expiry: Timestamp) -> String
    /// Whether the signature is of this file and this expiry; whether that is over the caller says.
    func holds(_ signature: String, of file: FileID, until expiry: Timestamp) -> Bool
}

/// How an address of a file reads, signed and not.
public enum FileAddress {
    /// How long a signed address is good.
    public static let life: Duration = .seconds(3600)

    /// Relative to the public listener.
    public static func path(of file: FileID) -> String { "/files/\(file.rawValue)" }

    /// A signed address that is good until `expiry`, which is cut to seconds.
    public static func signed(_ file: FileID, until expiry: Timestamp, by links: any FileLinks) -> String {
        "\(path(of: file))?expires=\(expiry.milliseconds / 1000)&signature=\(links.signature(of: file, until: expiry))"
    }
}
