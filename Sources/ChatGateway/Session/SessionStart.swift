import ChatCore

/// How far a session has come on its way to hearing live.
enum SessionStart: Sendable {
    /// Begins with what the admission's snapshot held; nothing to replay.
    case fresh(Revision, unreadTotal: Int)
    /// Is told what it missed, part by part.
    indirect case replaying(Replay, unreadTotal: Int)
    case live

    var isLive: Bool { if case .live = self { true } else { false } }

    var unreadTotal: Int {
        switch self {
        case .fresh(_, let unreadTotal), .replaying(_, let unreadTotal): unreadTotal
        case .live: 0
        }
    }

    /// Where the client stands at its start.
    func offset(epoch: UInt64) -> Offset {
        switch self {
        case .fresh(let revision, _): Offset(epoch: epoch, revision: revision)
        case .replaying(let replay, _): replay.given
        case .live: Offset(epoch: epoch, revision: .zero)
        }
    }
}
