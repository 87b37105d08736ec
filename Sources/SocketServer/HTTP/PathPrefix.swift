public import ByteText

/// A path below which a server answers besides where it always does: that of a proxy in front of it, which may pass the
/// path on or take it off.
///
/// A target is looked up as it stands first, so that what a proxy has taken the prefix off is found though it begins
/// with the same word (`/chat/app.js` below `/chat`), and inside of the prefix then. Bytes are compared, not letters.
public struct PathPrefix: Sendable, Hashable, CustomStringConvertible {
    /// Bytes; more would be no address to tell anybody.
    private static let longest = 200

    private let text: ByteString

    /// With a slash before each part and none at the end.
    public var description: String { text.string }

    /// - Parameter text: parts of unreserved characters (RFC 3986 section 2.3) between slashes; those at the ends may
    ///   be left out.
    /// - Returns: `nil` for what is no such path, and for none at all (`/`).
    public init?(_ text: String) {
        guard text.utf8.count <= Self.longest else { return nil }
        var path = Array(text.utf8)
        if path.first == Self.slash { path.removeFirst() }
        if path.last == Self.slash { path.removeLast() }
        let parts = path.split(separator: Self.slash, omittingEmptySubsequences: false)
        let dot = UInt8(ascii: ".")
        guard parts.allSatisfy({ part in
            part.contains { $0 != dot } && part.allSatisfy { Self.isUnreserved($0) }
        })
        else { return nil }
        self.text = ByteString(decoding: [Self.slash] + path)
    }

    /// The first part.
    public var head: ByteString {
        ByteString(decoding: text.utf8.dropFirst().prefix { $0 != Self.slash })
    }

    /// How a target reads inside of it, with its query; `nil` for one outside, and for the prefix itself without a
    /// slash after it.
    public func inside(_ target: String) -> String? {
        var rest = target.utf8[...]
        for byte in text.utf8 where rest.popFirst() != byte { return nil }
        return rest.first == Self.slash ? String(Substring(rest)) : nil
    }

    private static let slash = UInt8(ascii: "/")

    private static func isUnreserved(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
        case UInt8(ascii: "0")...UInt8(ascii: "9"): true
        case UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"): true
        default: false
        }
    }
}
