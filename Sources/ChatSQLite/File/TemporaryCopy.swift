import Foundation

/// Copies of the database that are made beside it, to be streamed or read, and removed after that. A process that is
/// killed leaves its own behind: the name says whose it was, and the next start of the appliance removes it, and so
/// does the next command that works on the directory. What a container or the host sees of another's processes says
/// nothing: there only a start removes it, when it was not touched for an hour.
public enum TemporaryCopy {
    private static let suffix = ".tmp"

    /// A new name in `directory`: `<purpose>-<process id>.<its namespace>-<random>.tmp`.
    public static func path(in directory: String, for purpose: String) -> String {
        directory + "/\(purpose)-\(getpid()).\(namespace)-\(UUID().uuidString.lowercased())" + suffix
    }

    /// Itself and all that may lie beside it while it is made and read.
    public static func files(of path: String) -> [String] { ends.map { path + $0 } }

    /// A copy has a journal beside it while it is made, under a name that says that it is not whole.
    private static let ends = ["", "-journal", "-wal", "-shm", ".partial", ".partial-journal"]

    /// Which processes are meant by their numbers: the number of the kernel's namespace (pid_namespaces(7)).
    private static let namespace: String = {
        var status = stat()
        return stat("/proc/self/ns/pid", &status) == 0 ? String(status.st_ino) : "0"
    }()

    /// Removes those of processes that are gone.
    ///
    /// - Parameter asServer: the caller has the directory's lock, and serves it.
    public static func removeAbandoned(in directory: String, asServer: Bool = false) {
        // A directory that cannot be read has nothing to be removed by us.
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: directory) else { return }
        for name in names {
            switch owner(of: name) {
            case nil: break
            case .neighbour(let process)?:
                let isGone = process == getpid() || (kill(process, 0) != 0 && errno == ESRCH)
                if isGone { unlink(directory + "/" + name) }
            case .foreigner?:
                if asServer, isOld(directory + "/" + name) { unlink(directory + "/" + name) }
            }
        }
    }

    private enum Owner {
        case neighbour(pid_t)
        /// Of another namespace, or from before names told.
        case foreigner
    }

    private static let purposes = ["backup", "export"]

    private static func owner(of name: String) -> Owner? {
        let parts = name.split(separator: "-", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3, purposes.contains(String(parts[0])),
            ends.contains(where: { name.hasSuffix(suffix + $0) })
        else { return nil }
        let owner = parts[1].split(separator: ".", omittingEmptySubsequences: false)
        guard let process = pid_t(owner[0]), process > 0, owner.count <= 2 else { return nil }
        return owner.count == 2 && owner[1] == namespace ? .neighbour(process) : .foreigner
    }

    private static func isOld(_ path: String) -> Bool {
        var status = stat()
        return lstat(path, &status) == 0 && status.st_mtim.tv_sec < time(nil) - 3600
    }
}
