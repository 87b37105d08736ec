import ChatCore

/// Where a client is in the row of changes: what it shows to be brought up to date. Opaque to it.
///
/// `epoch:revision[:receipts]`: the run that issued it, in hexadecimal; the revision up to which it heard everything,
/// in base 36; and, only where receipts that are older were still held back (they are told at most once a second), the
/// revision up to which it heard those.
struct Offset: Hashable, Sendable {
    var epoch: UInt64
    var revision: Revision
    var receipts: Revision

    init(epoch: UInt64, revision: Revision, receipts: Revision? = nil) {
        self.epoch = epoch
        self.revision = revision
        self.receipts = min(receipts ?? revision, revision)
    }

    var text: String {
        let base = String(epoch, radix: 16) + ":" + String(revision.value, radix: 36)
        return receipts == revision ? base : base + ":" + String(receipts.value, radix: 36)
    }

    /// - Returns: `nil` for what no server of ours issued.
    init?(_ text: String) {
        guard text.utf8.count <= 64 else { return nil }
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard (2...3).contains(parts.count), let epoch = UInt64(parts[0], radix: 16),
            let revision = Int64(parts[1], radix: 36), revision >= 0
        else { return nil }
        var receipts = revision
        if parts.count == 3 {
            guard let value = Int64(parts[2], radix: 36), (0...revision).contains(value) else { return nil }
            receipts = value
        }
        self.init(epoch: epoch, revision: Revision(revision), receipts: Revision(receipts))
    }
}
