/// Why the store stores nothing at the moment.
public enum StoreTrouble: Sendable, Hashable, CaseIterable {
    /// There is no room: a full disk, a quota.
    case full
    /// The database or the disk fails otherwise; the log has the cause.
    case failing
    /// The file at its place is not the one that was opened; nothing will be stored any more.
    case lost
}
