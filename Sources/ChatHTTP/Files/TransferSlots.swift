import ChatCore
import Synchronization

/// Bounds how many transfers go on at once, together and of one user: each takes a chunk or two of memory.
final class TransferSlots: Sendable {
    private struct State {
        var taken = 0
        var ofUser: [UserID: Int] = [:]
    }

    private let state = Mutex(State())
    private let limit: Int
    private let limitOfUser: Int

    init(limit: Int, limitOfUser: Int) {
        self.limit = limit
        self.limitOfUser = limitOfUser
    }

    /// A place, kept as long as the slot is.
    ///
    /// - Parameter user: `nil` for those who show a signature.
    /// - Throws: `rate_limited` when the user has enough, `unavailable` when all have.
    func take(for user: UserID?) throws(ChatError) -> TransferSlot {
        let refusal: ChatError? = state.withLock { state in
            if let user, state.ofUser[user, default: 0] >= limitOfUser {
                return ChatError(
                    .rateLimited, "At most \(limitOfUser) transfers of one user at a time.", retryAfter: .seconds(1))
            }
            if state.taken >= limit {
                return ChatError(.unavailable, "Too many transfers go on; try again.", retryAfter: .seconds(1))
            }
            state.taken += 1
            if let user { state.ofUser[user, default: 0] += 1 }
            return nil
        }
        if let refusal { throw refusal }
        return TransferSlot(slots: self, user: user)
    }

    fileprivate func give(back user: UserID?) {
        state.withLock { state in
            state.taken -= 1
            guard let user, let count = state.ofUser[user] else { return }
            state.ofUser[user] = count > 1 ? count - 1 : nil
        }
    }
}

/// A place among the transfers; given back when nobody holds it any more.
final class TransferSlot: Sendable {
    private let slots: TransferSlots
    private let user: UserID?

    fileprivate init(slots: TransferSlots, user: UserID?) {
        self.slots = slots
        self.user = user
    }

    deinit { slots.give(back: user) }
}
