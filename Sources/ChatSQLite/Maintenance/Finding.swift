/// Something that `check` found wrong in a database.
public struct Finding: Sendable, Hashable, CustomStringConvertible {
    public enum Kind: String, Sendable, CaseIterable {
        /// SQLite's own structure: pages, indexes, constraints.
        case structure
        /// A row that names another that is not there.
        case foreignKey = "foreign_key"
        /// A chat's messages do not count from 1 by 1 up to its last.
        case sequence
        /// A watermark or counter out of range.
        case watermark
        /// The search index does not hold what it should.
        case search
        /// A revision newer than the newest.
        case revision
        /// A file that is not whole, or bytes of none.
        case file
        /// A log beside the file that does not continue it, and is left out. No fault of the file, which is whole
        /// without it: a copy of a directory can catch one.
        case log
    }

    public var kind: Kind
    /// Whether the database is damaged; else it is a remark.
    public var isFault: Bool { kind != .log }
    /// One line for a person.
    public var text: String

    public init(_ kind: Kind, _ text: String) {
        self.kind = kind
        self.text = text
    }

    public var description: String { "\(kind.rawValue): \(text)" }
}
