public import ChatCore
import Synchronization

/// Who has a transfer going on, by a right that may end meanwhile.
///
/// 1. A lease is taken before it is looked whether the right is there: so nothing that ends it goes unheard between
///    the look and the transfer.
/// 2. What a commit does to the user (a block, a deletion, tokens revoked, a membership over) has the right looked at
///    again, by the look that let them in: what may end it is written down once.
/// 3. Time is looked at once a second, while there are any.
/// 4. Where the right is there no more, or cannot be looked at, the lease ends, and with it the transfer.
public final class TransferLeases: CommitSink {
    private struct State {
        var leases: [UInt64: TransferLease.Right] = [:]
        var next: UInt64 = 0
        var isTicking = false
    }

    private let state = Mutex(State())
    /// Of leases: without any, a commit costs one look at this.
    private let count = Atomic(0)
    private let clock: @Sendable () -> Timestamp

    init(clock: @escaping @Sendable () -> Timestamp) { self.clock = clock }

    /// How many there are.
    var held: Int { count.load(ordering: .sequentiallyConsistent) }

    /// - Parameters:
    ///   - until: when it ends by itself.
    ///   - expired: what is told then.
    ///   - look: throws when the right is there no more.
    func take(
        for user: UserID, until: Timestamp, expired: HTTPFailure, look: @escaping TransferLease.Look
    ) -> TransferLease {
        let right = TransferLease.Right(user: user, until: until, expired: expired, look: look)
        let (number, mustTick) = state.withLock { state in
            state.next += 1
            state.leases[state.next] = right
            count.store(state.leases.count, ordering: .sequentiallyConsistent)
            defer { state.isTicking = true }
            return (state.next, !state.isTicking)
        }
        if mustTick { tick() }
        return TransferLease(right, number: number, of: self)
    }

    fileprivate func giveBack(_ number: UInt64) {
        // What it keeps is released outside of the lock.
        let right = state.withLock { state in
            defer { count.store(state.leases.count, ordering: .sequentiallyConsistent) }
            return state.leases.removeValue(forKey: number)
        }
        withExtendedLifetime(right) {}
    }

    private var rights: [TransferLease.Right] { state.withLock { Array($0.leases.values) } }

    // MARK: What ends rights

    public func didCommit(_ batch: CommittedBatch) {
        guard held > 0 else { return }
        for entry in batch.entries {
            for change in entry.changes { heard(change) }
        }
    }

    private func heard(_ change: Change) {
        switch change {
        case .userBlocked(let user), .userDeleted(let user), .tokensRevoked(let user), .tokenRevoked(_, let user),
            .memberRemoved(_, let user):
            lookAgain { $0 == user }
        case .chatDeleted(_, let members):
            let members = Set(members)
            lookAgain { members.contains($0) }
        default:
            break
        }
    }

    /// Looks at every right: keys were changed, by which they were shown.
    public func lookAgain() { lookAgain { _ in true } }

    private func lookAgain(where isMeant: (UserID) -> Bool) {
        // Who may not see the file any more ends by that look.
        for right in rights where isMeant(right.user) { Task { try? await right.look() } }
    }

    /// Ends what time has ended.
    func endExpired() {
        let now = clock()
        for right in rights where right.until <= now { right.end(right.expired) }
    }

    private func tick() {
        Task { [weak self] in
            repeat {
                // Cancelled by nobody: it ends with the last lease, or with this.
                try? await Task.sleep(for: .seconds(1))
                self?.endExpired()
            } while self?.goesOnTicking() == true
        }
    }

    private func goesOnTicking() -> Bool {
        state.withLock { state in
            state.isTicking = !state.leases.isEmpty
            return state.isTicking
        }
    }
}

/// The right by which one transfer goes on; given back when nobody holds it any more.
final class TransferLease: Sendable {
    /// - Throws: what is told to the user when the right is there no more.
    typealias Look = @Sendable () async throws -> Void

    /// What there is of it as long as it is held.
    fileprivate final class Right: Sendable {
        private struct State {
            var refusal: (any Error)?
            var end: (@Sendable () -> Void)?
        }

        let user: UserID
        let until: Timestamp
        let expired: HTTPFailure
        private let ask: Look
        private let state = Mutex(State())

        init(user: UserID, until: Timestamp, expired: HTTPFailure, look: @escaping Look) {
            self.user = user
            self.until = until
            self.expired = expired
            ask = look
        }

        func look() async throws {
            try check()
            do {
                try await ask()
            } catch {
                end(error)
            }
            // Another look, of later, may have ended it meanwhile.
            try check()
        }

        func check() throws {
            if let refusal = state.withLock({ $0.refusal }) { throw refusal }
        }

        func end(_ refusal: any Error) {
            let end = state.withLock { state -> (@Sendable () -> Void)? in
                guard state.refusal == nil else { return nil }
                state.refusal = refusal
                defer { state.end = nil }
                return state.end
            }
            end?()
        }

        func whenEnded(_ body: @escaping @Sendable () -> Void) {
            let hasEnded = state.withLock { state in
                if state.refusal == nil { state.end = body }
                return state.refusal != nil
            }
            if hasEnded { body() }
        }
    }

    private let right: Right
    private let number: UInt64
    private let leases: TransferLeases

    fileprivate init(_ right: Right, number: UInt64, of leases: TransferLeases) {
        self.right = right
        self.number = number
        self.leases = leases
    }

    deinit { leases.giveBack(number) }

    var user: UserID { right.user }

    /// Looks whether the right is there.
    ///
    /// - Throws: why it is there no more; the lease has ended then.
    func look() async throws { try await right.look() }

    /// - Throws: why it ended, if it did.
    func check() throws { try right.check() }

    /// Calls `body` once when it ends: at once, if it has.
    func whenEnded(_ body: @escaping @Sendable () -> Void) { right.whenEnded(body) }
}
