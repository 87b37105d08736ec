import ByteText

/// The names that a call of the admin endpoint knows, in its query and in its body. Any other is refused: a misspelled
/// one would be left out without a word, and `?message=delete` keep what it was to delete.
struct AdminParts: Sendable {
    private(set) var query: [ByteString] = []
    private(set) var fields: [ByteString] = []

    /// A call that is told everything by its path.
    static let none = AdminParts()
    /// `?limit=` and `?after=`.
    static let page = query("limit", "after")

    static func query(_ names: String...) -> AdminParts { AdminParts(query: names.map { ByteString($0) }) }
    static func fields(_ names: String...) -> AdminParts { AdminParts(fields: names.map { ByteString($0) }) }

    static func + (left: AdminParts, right: AdminParts) -> AdminParts {
        AdminParts(query: left.query + right.query, fields: left.fields + right.fields)
    }

    /// - Throws: 400, with the name.
    func check(query given: FormQuery) throws {
        for item in given.items where !query.contains(item.name) { throw Self.unknown(item.name, "parameter") }
    }

    /// - Throws: 400, with the name.
    func check(fields given: some Sequence<ByteString>) throws {
        for name in given where !fields.contains(name) { throw Self.unknown(name, "field") }
    }

    private static func unknown(_ name: ByteString, _ kind: String) -> HTTPFailure {
        let short = name.prefix(atMost: 64).string
        return .invalid("There is no \(kind) \(short) here.", field: short)
    }
}
