/// Why a line of an archive cannot be taken. The whole import is refused with it, and nothing of it stays.
public struct ArchiveError: Error, Hashable, Sendable {
    /// Stable: what programs look at.
    public enum Code: String, Sendable, CaseIterable {
        /// Not one JSON object in UTF-8.
        case malformed
        case tooLong = "too_long"
        /// A line, or a version of the format, that this Parley does not know.
        case unknownKind = "unknown_kind"
        /// A field is missing, unknown, mistyped or out of range.
        case invalid
        /// A line stands where it may not, or a message that has no id and no `seq` is older than the one before it.
        case order
        /// A `seq` that leaves a gap or comes twice, an id that is older than the one before it in its chat.
        case sequence
        /// It names something that no earlier line made.
        case notFound = "not_found"
        /// It makes something that is there already.
        case conflict
        /// The archive ends early, or holds less than it says.
        case incomplete
    }

    public var code: Code
    /// One sentence for a person.
    public var message: String

    public init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }
}
