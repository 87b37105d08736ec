import Foundation

/// Copies of the database that are made beside it, to be streamed or read, and removed after that. A process that is
/// killed leaves its own behind: the name says whose it was, and the next start of the appliance removes it, and so
/// does the next command that works on the directory.
public enum TemporaryCopy {
    private static let suffix = ".tmp"

    /// A new name in `directory`: `<purpose>-<process id>-<random>.tmp`.
    public static func path(in directory: String, for purpose: String) -> String {
        directory + "/\(purpose)-\(getpid())-\(UUID().uuidString.lowercased())" + suffix
    }

    /// Itself and all that may lie beside it while it is made and read.
    public static func files(of path: String) -> [String] { ends.map { path + $0 } }

    /// A copy has a journal beside it while it is made, under a name that says that it is not whole.
    private static let ends = ["", "-journal", "-wal", "-shm", ".partial", ".partial-journal"]

    /// Removes those of processes that are gone.
    public static func removeAbandoned(in directory: String, purposes: [String] = ["backup", "export"]) {
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: directory) else { return }
        for name in names where isAbandoned(name, purposes) { unlink(directory + "/" + name) }
    }

    private static func isAbandoned(_ name: String, _ purposes: [String]) -> Bool {
        let parts = name.split(separator: "-", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3, purposes.contains(String(parts[0])), let process = Int32(parts[1]), process > 0,
            ends.contains(where: { name.hasSuffix(suffix + $0) })
        else { return false }
        return process == getpid() || (kill(process, 0) != 0 && errno == ESRCH)
    }
}
