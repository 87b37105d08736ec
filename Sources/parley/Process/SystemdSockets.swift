import Foundation

/// Listening sockets that the service manager opened and passes on (sd_listen_fds(3)), so that connections wait in the
/// kernel while the appliance restarts.
enum SystemdSockets {
    /// The first descriptor that is passed.
    private static let first: Int32 = 3

    /// The descriptors, if this process is the one they are meant for.
    static func descriptors(_ environment: [String: String], processID: Int32 = getpid()) -> [Int32] {
        guard environment["LISTEN_PID"].flatMap({ Int32($0) }) == processID,
            let count = environment["LISTEN_FDS"].flatMap({ Int32($0) }), (1...64).contains(count)
        else { return [] }
        return (first..<(first + count)).map { $0 }
    }
}
