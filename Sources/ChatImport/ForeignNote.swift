/// Where something stands in an export.
public struct ForeignPlace: Sendable, Hashable {
    /// The entry of the source.
    public var entry: Int
    /// The line of a text of lines, the element of an array, from 1; 0: the whole file.
    public var item: Int64

    public init(entry: Int, item: Int64 = 0) {
        self.entry = entry
        self.item = item
    }

    /// Both in one number, as an ``ChatCore/ArchiveMark`` has a line.
    var packed: Int64 { Int64(entry) << 36 | min(item, 1 << 36 - 1) }

    init(packed: Int64) {
        entry = Int(packed >> 36)
        item = packed & (1 << 36 - 1)
    }
}

/// What an export has that is told apart in the summary, in its order.
public enum ForeignSubject: String, Sendable, CaseIterable {
    case users, chats, members, messages, reactions, files
    /// Anything else.
    case others
}

/// Something that an import has to say of an export.
public struct ForeignNote: Sendable {
    public enum Kind: String, Sendable {
        /// It does not fit, and is not taken.
        case leftOut = "left out"
        /// It was there before.
        case there = "there already"
        /// It was taken and is not quite what it was, or is nothing that an import takes.
        case remark
    }

    public var kind: Kind
    public var subject: ForeignSubject
    /// File and item, as `general/2024-01-31.json:17`.
    public var place: String
    /// One sentence for a person.
    public var reason: String
    /// How many of the subject it speaks of; 0: it does not count.
    public var count: Int64

    public init(_ kind: Kind, _ subject: ForeignSubject, place: String, reason: String, count: Int64 = 1) {
        self.kind = kind
        self.subject = subject
        self.place = place
        self.reason = reason
        self.count = count
    }
}

/// What became of an export.
public struct ForeignSummary: Sendable, Hashable {
    /// By subject: what was taken.
    public var taken: [ForeignSubject: Int64] = [:]
    public var there: [ForeignSubject: Int64] = [:]
    public var leftOut: [ForeignSubject: Int64] = [:]
    public var remarks: Int64 = 0

    public init() {}
}
