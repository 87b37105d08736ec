/// What an ack promises. CONTRACT section 1, `--durability`.
public enum StoreDurability: String, Sendable, CaseIterable {
    /// An ack survives power loss.
    case full
    /// An ack survives the end of the process; the last ones may be lost with the power.
    case normal
}
