import Logging
import SocketServer

/// How many connections the public listener may hold, by the descriptors that the kernel grants the process.
///
/// Connections never get the last ones. Without a descriptor to be had, the libraries below end the process
/// (libdispatch opens its files when it first needs them, and traps where it cannot), SQLite cannot write, and the
/// operator is kept out. So a reserve is held back, and the connections are bounded below it, whatever
/// `--max-connections` says.
struct DescriptorBudget: Sendable {
    /// Connections of the admin listener, which always gets in.
    static let adminConnections = 32
    /// The fewest connections that are worth a start.
    private static let fewest = 16

    /// What the process may open.
    let limit: Int
    /// What is held back.
    let reserve: Int
    /// Connections of the public listener.
    let connections: Int
    /// Sessions, out of those asked for.
    let sessions: Int

    /// - Parameters:
    ///   - limit: of open files, raised as far as it can be.
    ///   - threads: event loops of the public listener.
    ///   - readers: reading connections of the store.
    ///   - sessions: those that are asked for.
    init(limit: Int, threads: Int, readers: Int, sessions asked: Int) {
        self.limit = limit
        // An event loop: epoll, its event and its timer; the admin listener and the libraries have one each.
        let loops = 3 * (threads + 2)
        // A connection of SQLite: the file, its log, the log's index, a journal; the readers, the writer, a backup's
        // two and the check of a copy.
        let storage = 4 * (readers + 4)
        // Listeners, standard streams, the lock, inotify, libdispatch, temporary files, names that are looked up.
        let own = 48
        reserve = loops + storage + own + Self.adminConnections + SocketServer.connectionsInExcess
        let room = max(0, min(limit, 100_000_000) - reserve)
        // A polling client has two connections, and a session is refused in a way that clients understand: the limit of
        // sessions must be met first.
        connections = min(room, max(65_536, asked * 2 + 1024))
        sessions = max(1, min(asked, connections - connections / 10))
    }

    /// Whether there is room for anybody.
    var isEnough: Bool { connections >= Self.fewest }
    /// The least limit that would do.
    var leastLimit: Int { reserve + Self.fewest }

    var metadata: Logger.Metadata {
        [
            "parley.open-files": "\(limit)", "parley.reserve": "\(reserve)", "parley.connections": "\(connections)",
            "parley.max-connections": "\(sessions)",
        ]
    }

    /// Sessions below which an appliance is smaller than anybody expects who did not ask for it.
    static let modest = 1000

    /// What the operator is to know: that there are fewer than were asked for, or few though none were asked for.
    ///
    /// - Parameter isDefault: the default takes what there is.
    func remark(asked: Int, isDefault: Bool) -> StartRemark? {
        guard sessions < asked, !isDefault || sessions < Self.modest else { return nil }
        return StartRemark(
            message: "--max-connections is lowered, for the limit of open files (ulimit -n)", metadata: metadata)
    }

    /// The bounds of the public listener.
    func apply(to limits: inout SocketServerLimits) {
        limits.maxConnections = connections
        let strangers = max(20, sessions / 10)
        let crowd = max(strangers, min(strangers * 4, connections / 2))
        limits.strangers = StrangerLimits(
            total: strangers, perAddress: 20, crowdOfAddress: max(20, min(1000, crowd / 2)), crowd: crowd,
            resting: max(20, connections / 4))
    }
}
