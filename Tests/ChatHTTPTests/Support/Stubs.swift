import ChatCore
import ChatHTTP
import Foundation
import Synchronization

/// A live side that is told what it has, and remembers what was asked of it.
final class StubSessions: LiveSessions {
    struct State {
        var online: Set<UserID> = []
        var connections: [ConnectionInfo] = []
        var disconnectedUsers: [UserID] = []
    }

    let state = Mutex(State())

    func online(among users: [UserID]) async -> Set<UserID> {
        state.withLock { $0.online.intersection(users) }
    }

    func connections() async -> [ConnectionInfo] { state.withLock { $0.connections } }

    func disconnect(sid: String) async -> Bool {
        state.withLock { state in
            let before = state.connections.count
            state.connections.removeAll { $0.sid == sid }
            return state.connections.count < before
        }
    }

    func disconnect(user: UserID) async { state.withLock { $0.disconnectedUsers.append(user) } }

    func connectionCount() async -> Int { state.withLock { $0.connections.count } }
}

/// Signs nothing, and remembers the rotations.
final class StubTokens: TokenIssuer {
    let rotations = Mutex<[Bool]>([])
    let issueAhead = Mutex<Timestamp?>(nil)

    func latestIssueAhead(of user: UserID) -> Timestamp? { issueAhead.withLock { $0 } }

    func sign(_ record: TokenRecord, username: String) throws -> String {
        "signed.\(record.userID).\(username)"
    }

    func rotate(revoke: Bool) async throws {
        rotations.withLock { $0.append(revoke) }
    }
}

/// A backup of a few bytes.
struct StubBackup: BackupSource {
    static let bytes = String(repeating: "backup ", count: 100_000)
    let directory: String

    func makeBackup(withKeys: Bool) async throws -> String {
        let path = directory + "/backup-\(UUID().uuidString)"
        let bytes = withKeys ? Self.bytes : "no keys"
        try bytes.write(toFile: path, atomically: false, encoding: .utf8)
        return path
    }
}
