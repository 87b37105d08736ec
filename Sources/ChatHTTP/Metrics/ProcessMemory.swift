import Foundation

/// What the process takes of the machine's memory.
enum ProcessMemory {
    /// Resident bytes, from `/proc/self/statm`; `nil` where there is no such file.
    static func residentBytes() -> Int64? {
        // Elsewhere than on Linux there is none, and no figure.
        guard let text = try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8) else { return nil }
        let fields = text.split(separator: " ")
        guard fields.count > 1, let pages = Int64(fields[1]) else { return nil }
        return pages * Int64(sysconf(Int32(_SC_PAGESIZE)))
    }
}
