import ByteText
import ChatCore

/// Counts what is said of an export, and hands it on.
final class ForeignNotes {
    private(set) var summary = ForeignSummary()
    let now = Timestamp.now()
    private let entries: [ForeignEntry]
    private let tell: (ForeignNote) throws -> Void

    init(_ entries: [ForeignEntry], _ tell: @escaping (ForeignNote) throws -> Void) {
        self.entries = entries
        self.tell = tell
    }

    func add(
        _ kind: ForeignNote.Kind, _ subject: ForeignSubject, _ place: ForeignPlace, _ reason: String, count: Int64 = 1
    ) throws {
        let path = entries.indices.contains(place.entry) ? entries[place.entry].path : "export"
        try add(kind, subject, path: path, item: place.item, reason, count: count)
    }

    func add(
        _ kind: ForeignNote.Kind, _ subject: ForeignSubject, path: ByteString, item: Int64 = 0, _ reason: String,
        count: Int64 = 1
    ) throws {
        switch kind {
        case .leftOut: summary.leftOut[subject, default: 0] += count
        case .there: summary.there[subject, default: 0] += count
        case .remark: summary.remarks += 1
        }
        let place = item > 0 ? "\(path):\(item)" : "\(path)"
        try tell(ForeignNote(kind, subject, place: place, reason: reason, count: count))
    }

    /// Without a line of its own: of a chat that is there the chat was told.
    func countThere(_ subject: ForeignSubject) { summary.there[subject, default: 0] += 1 }
}

@available(*, unavailable)
extension ForeignNotes: Sendable {}
