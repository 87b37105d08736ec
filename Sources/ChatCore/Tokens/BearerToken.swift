public import ByteText

/// Cuts a token out of what people send as one.
///
/// White space around it is forgiven, and so is the scheme in `auth.token`, which some apps put the whole header value
/// into.
public enum BearerToken {
    private static let scheme: ByteString = "bearer"

    /// The token of an `Authorization` header; `nil` for another scheme, or none.
    public static func inHeader(_ value: ByteString) -> ByteString? {
        guard let token = afterScheme(value.asciiTrimmed), !token.isEmpty else { return nil }
        return token
    }

    /// What stands for a token by itself, with the scheme or without; empty when nothing does.
    public static func alone(_ value: ByteString) -> ByteString {
        let text = value.asciiTrimmed
        return afterScheme(text) ?? text
    }

    /// What follows the scheme (RFC 6750 section 2.1; its case does not matter, RFC 9110 section 11.1).
    private static func afterScheme(_ text: ByteString) -> ByteString? {
        guard text.startsIgnoringCase(with: scheme) else { return nil }
        let rest = text.dropFirst(scheme.count)
        guard let next = rest.utf8.first, next == 0x20 || (0x09...0x0D).contains(next) else { return nil }
        return rest.asciiTrimmed
    }
}
