/// The first line of an archive.
public struct ArchiveHeader: Sendable, Hashable {
    /// What this Parley writes, and the newest that it reads.
    public static let newestVersion: Int64 = 1

    public var version: Int64

    public init(version: Int64 = Self.newestVersion) { self.version = version }
}
