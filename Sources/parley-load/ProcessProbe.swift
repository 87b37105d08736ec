import Foundation

/// CPU and memory of a process, from /proc.
struct ProcessProbe {
    /// Seconds of user and system time.
    let cpu: Double
    /// KiB.
    let resident: Double

    init?(pid: Int?) {
        // A process that has gone is not measured.
        guard let pid, let stat = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8),
            let status = try? String(contentsOfFile: "/proc/\(pid)/status", encoding: .utf8),
            let end = stat.lastIndex(of: ")")
        else { return nil }
        let fields = stat[stat.index(after: end)...].split(separator: " ")
        guard fields.count > 12, let user = Double(fields[11]), let system = Double(fields[12]) else { return nil }
        cpu = (user + system) / Double(sysconf(Int32(_SC_CLK_TCK)))
        let line = status.split(separator: "\n").first { $0.hasPrefix("VmRSS:") }
        resident = line.flatMap { Double($0.split(separator: " ").dropFirst().first ?? "") } ?? 0
    }
}
