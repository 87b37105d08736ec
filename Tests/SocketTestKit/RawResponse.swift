/// A response as it came.
public struct RawResponse: Sendable {
    public var status = 0
    /// Names in small letters.
    public var headers: [(name: String, value: String)] = []
    public var body = ""

    public init() {}

    /// The first value of a header, named in small letters.
    public subscript(name: String) -> String? {
        headers.first { $0.name == name }?.value
    }
}
