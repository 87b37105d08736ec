import Foundation

/// How much memory this process may have.
enum MachineMemory {
    /// The default of `--max-memory`: half of it.
    static var standardBuffers: Int { available / 2 }

    /// Bytes of the machine, or of the control groups that the process is in, where those allow less (a container).
    static var available: Int {
        // A kernel without groups bounds nothing.
        groupLimits(of: (try? String(contentsOfFile: "/proc/self/cgroup", encoding: .utf8)) ?? "").reduce(physical, min)
    }

    private static var physical: Int { Int(clamping: ProcessInfo.processInfo.physicalMemory) }

    /// The limits of the groups named in `/proc/self/cgroup`, and of those they lie in.
    static func groupLimits(of groups: String, root: String = "/sys/fs/cgroup") -> [Int] {
        groups.split(separator: "\n").flatMap { line -> [Int] in
            // hierarchy:controllers:path; version 2 has one hierarchy, 0, and names no controllers.
            let parts = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
            guard parts.count == 3 else { return [] }
            let isUnified = parts[1].isEmpty
            guard isUnified || parts[1].split(separator: ",").contains("memory") else { return [] }
            let (mount, file) =
                isUnified ? (root, "memory.max") : (root + "/memory", "memory.limit_in_bytes")
            return folders(from: String(parts[2])).compactMap { limit(in: mount + $0 + "/" + file) }
        }
    }

    /// `/a/b`, `/a` and the root. In a container the path may be that of outside, and only the root is there.
    private static func folders(from path: String) -> [String] {
        var parts = path.split(separator: "/")
        var folders: [String] = [""]
        while !parts.isEmpty {
            folders.append("/" + parts.joined(separator: "/"))
            parts.removeLast()
        }
        return folders
    }

    /// `nil` where there is no such file, or no limit (`max`; the first version writes an enormous number).
    private static func limit(in file: String) -> Int? {
        // A group has no such file where nothing is bounded.
        guard let text = try? String(contentsOfFile: file, encoding: .utf8) else { return nil }
        return Int(text.trimmingCharacters(in: .whitespacesAndNewlines)).flatMap { $0 > 0 ? $0 : nil }
    }
}
