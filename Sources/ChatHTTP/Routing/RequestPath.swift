/// The path of a request target, cut at its slashes and not decoded (RFC 3986 section 3.3).
///
/// It is cut first and decoded once, a part at a time, and only where a route has a free part: so a `%2F` is a slash
/// inside of an id and never one of the path, and no second spelling of an address can pass by what guards the first.
struct RequestPath: Sendable {
    /// More than any route has: what is longer is nobody's, however many slashes it brings.
    private static let maximumSegments = 16

    /// None for `/`.
    let segments: [Substring.UTF8View]

    /// `nil` for what is no path, and for one with an empty or a dot segment: nothing lies there.
    ///
    /// - Parameter target: in origin form (RFC 9112 section 3.2.1); its query is left out.
    init?(target: String) {
        let path = target.utf8.prefix { $0 != UInt8(ascii: "?") }
        guard path.first == UInt8(ascii: "/") else { return nil }
        let rest = path.dropFirst()
        guard !rest.isEmpty else {
            segments = []
            return
        }
        let cut = rest.split(
            separator: UInt8(ascii: "/"), maxSplits: Self.maximumSegments, omittingEmptySubsequences: false)
        guard cut.count <= Self.maximumSegments, cut.allSatisfy({ !$0.isEmpty && !Self.isDots($0) }) else {
            return nil
        }
        segments = cut
    }

    private static func isDots(_ segment: Substring.UTF8View) -> Bool {
        segment.count <= 2 && segment.allSatisfy { $0 == UInt8(ascii: ".") }
    }
}
