import Foundation

/// Takes the words of deleted and edited texts out of the search index.
///
/// 1. FTS5 only notes that an entry is gone; its words lie in an older segment until that is merged with the note (its
///    own `secure-delete` came with SQLite 3.42, Debian 12 has 3.40). So after deletions all segments are merged into
///    one, some pages at a time, between other transactions, and the pages that are freed are overwritten.
/// 2. A row of `chores` says that there is something to do: it is written with the first deletion, and taken away when
///    all that was there when the merging began is one segment. What is deleted meanwhile has a row of its own.
/// 3. It begins soon after the last deletion, before the next checkpoint, so that this takes the words out of the file.
///    To merge is to write the index anew, 9 bytes and 4 µs a message (measured with 500,000): where that takes long it
///    is not done again for nine times as long.
final class IndexCleaner {
    private static let pending: StaticString = "SELECT count(*), ifnull(max(done_n), 0) FROM chores WHERE kind = 3"
    private static let noteBegun: StaticString = "UPDATE chores SET done_n = 1 WHERE kind = 3"
    private static let noteDone: StaticString = "DELETE FROM chores WHERE kind = 3 AND done_n = 1"
    /// The oldest may be merged with one other.
    private static let mergeTwo: StaticString = "INSERT INTO search (search, rank) VALUES ('usermerge', 2)"
    /// Everything there is, from now on; and the first pages of it.
    private static let begin: StaticString = "INSERT INTO search (search, rank) VALUES ('merge', -4)"
    private static let goOn: StaticString = "INSERT INTO search (search, rank) VALUES ('merge', 4)"
    private static let structure: StaticString = "SELECT block FROM search_data WHERE id = 10"

    private static let afterLast: UInt64 = 150_000_000
    private static let afterFirst: UInt64 = 600_000_000
    /// Rest after a round, in times of what it took.
    private static let restFactor: UInt64 = 9

    private let batches: BatchWriter
    /// When the next step is due; `nil`: there is nothing to do.
    private(set) var due: UInt64?
    private var firstDeletion: UInt64?
    private var notBefore: UInt64 = 0
    private var isBegun = false
    /// What the round at work has taken.
    private var spent: UInt64 = 0

    /// Looks for what the last run left.
    init(_ batches: BatchWriter) {
        self.batches = batches
        due = Upkeep.now
    }

    /// Something was taken out of the index.
    func noteDeletion(at now: UInt64) {
        let first = firstDeletion ?? now
        firstDeletion = first
        guard !isBegun else { return }
        due = max(notBefore, min(now + Self.afterLast, first + Self.afterFirst))
    }

    func postpone(to time: UInt64) {
        if let due { self.due = max(due, time) }
    }

    /// Some milliseconds of merging, in a transaction of its own.
    func step() throws {
        let start = Upkeep.now
        var isDone = false
        try batches.transaction { isDone = try merge(until: start + Slice.time) }
        let now = Upkeep.now
        spent += now - start
        if isDone {
            notBefore = now + spent * Self.restFactor
            spent = 0
            isBegun = false
            firstDeletion = nil
            // Another row tells of what was deleted meanwhile.
            due = try left().count > 0 ? notBefore : nil
        } else {
            // As long as it took: half of the time is the others'.
            due = now + (now - start)
        }
    }

    private func left() throws -> (count: Int64, begun: Bool) {
        try batches.connection[Self.pending].first { ($0.int(0), $0.int(1) > 0) } ?? (0, false)
    }

    /// - Returns: whether the round is over.
    private func merge(until end: UInt64) throws -> Bool {
        let connection = batches.connection
        let left = try left()
        guard left.count > 0 else { return true }
        return try batches.overwritingFreedPages {
            if !left.begun {
                try connection[Self.noteBegun].run()
                // The next deletion needs a row of its own.
                batches.isCleaningNoted = false
                try connection[Self.mergeTwo].run()
                try connection[Self.begin].run()
            }
            isBegun = true
            while try isMerging() {
                guard Upkeep.now < end else { return false }
                try connection[Self.goOn].run()
            }
            try connection[Self.noteDone].run()
            return true
        }
    }

    private func isMerging() throws -> Bool {
        let record = try batches.connection[Self.structure].first { $0.blob(0) }
        return record.flatMap { IndexStructure($0) }?.isOldestMerging ?? false
    }
}

@available(*, unavailable)
extension IndexCleaner: Sendable {}
