import ChatCore

/// One page of the feed: all durable changes of the file, in the order of their commits. See ``ChatCore/FeedPosition``.
///
/// 1. Each kind of change has an index by its revision (``FeedSource``). `limit + 1` rows of each are looked at, at
/// most, and none beyond where one that was looked at before was cut.
/// 2. Together they are put in the order of their revisions and cut at `limit`, before the revision that does not fit
///    whole. One that does not fit at all, the first, is taken whole: it is one command's, or a slice's.
/// 3. What is left is read in full, one after the other (``FeedEntryReader``), and ends early after the revision that
///    comes to enough text. What has no entry of its own any more is passed over: it has cost its look all the same, so
///   a page may be empty.
struct ChangeFeed {
    /// A row with a revision, not yet read.
    struct Candidate {
        var revision: Int64
        var source: FeedSource
        /// The key of the row's user, token or chat, or the number of its message; of a member that of the chat.
        var key: Int64
        /// A member's or a reaction's user; a message's chat.
        var second: Int64
    }

    private let connection: Connection
    private let position: FeedPosition
    private let newest: Int64
    private let limit: Int
    private let bytes: Int

    private var after: Int64 { position.revision.value }

    /// - Parameter position: one that can be gone on from.
    init(_ connection: Connection, after position: FeedPosition, newest: Revision, limit: Int, bytes: Int) {
        self.connection = connection
        self.position = position
        self.newest = newest.value
        self.limit = max(1, limit)
        self.bytes = max(1, bytes)
    }

    func page() throws -> FeedPage {
        var candidates = try candidates(upTo: newest, limit: limit)
        var end = newest
        if candidates.count > limit {
            let cut = candidates[limit].revision
            if let last = candidates[..<limit].last(where: { $0.revision < cut }) {
                end = last.revision
            } else {
                end = cut
                candidates = try self.candidates(upTo: end, limit: nil)
            }
        }
        var reader = FeedEntryReader(connection)
        var entries: [FeedEntry] = []
        var weight = 0
        var last = after
        for candidate in candidates {
            guard candidate.revision <= end else { break }
            if candidate.revision != last, weight >= bytes {
                end = last
                break
            }
            last = candidate.revision
            for change in try reader.changes(candidate) {
                entries.append(FeedEntry(revision: Revision(last), change: change))
                weight += change.weight
            }
        }
        let knownSince = position == .beginning ? Revision(newest) : position.knownSince
        return FeedPage(
            entries: entries, next: FeedPosition(Revision(end), knownSince: knownSince), asOf: Revision(newest))
    }

    /// - Parameter limit: of each kind, and one more; `nil`: all.
    private func candidates(upTo newest: Int64, limit: Int?) throws -> [Candidate] {
        var found: [Candidate] = []
        var end = newest
        for source in FeedSource.byVolume {
            var count = 0
            try connection[source.rows].scan(after, end, limit.map { $0 + 1 } ?? -1) { row in
                found.append(
                    Candidate(revision: row.int(0), source: source, key: row.int(1), second: row.int(2)))
                count += 1
                return true
            }
            if let limit, count > limit, let last = found.last { end = last.revision }
        }
        return found.sorted { left, right in
            (left.revision, left.source.rawValue, left.key, left.second)
                < (right.revision, right.source.rawValue, right.key, right.second)
        }
    }
}
