import ByteText

/// The free parts of a path, by the names that the route gave them.
struct PathParameters: Sendable {
    private var values: [(name: String, raw: Substring.UTF8View)] = []

    mutating func add(_ name: String, _ raw: Substring.UTF8View) {
        values.append((name, raw))
    }

    /// Decoded, this once; `nil` when there is no such part.
    ///
    /// - Throws: 400 for an escape that is none, or bytes that are no UTF-8.
    func text(_ name: String) throws -> String? {
        guard let value = values.first(where: { $0.name == name }) else { return nil }
        guard let text = ByteString(decoding: value.raw).strictlyPercentDecoded else {
            throw HTTPFailure.invalid("\(name) in the path is not percent-encoded UTF-8.", field: name)
        }
        return text.string
    }
}
