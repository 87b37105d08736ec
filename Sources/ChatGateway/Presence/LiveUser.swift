import ChatCore
import Synchronization

/// What the connections of one user share.
final class LiveUser: Sendable {
    let id: UserID
    private let messages: Mutex<TokenBucket>

    init(id: UserID, messageRate: Int, now: Int64) {
        self.id = id
        messages = Mutex(TokenBucket(rate: messageRate, now: now))
    }

    /// Takes one message of the user's rate.
    ///
    /// - Returns: how long to wait, when there is none.
    func takeMessage(now: Int64) -> Duration? { messages.withLock { $0.take(now: now) } }
}
