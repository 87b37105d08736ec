/// Why the store stores nothing at the moment.
public enum StoreTrouble: Sendable, Hashable, CaseIterable {
    /// There is no room: a full disk, a quota.
    case full
    /// What keeps it fails otherwise; the log has the cause.
    case failing
    /// It is not at its place any more; nothing will be stored.
    case lost
}
