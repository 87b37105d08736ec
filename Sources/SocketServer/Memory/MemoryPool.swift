import NIOCore
import Synchronization

/// What all connections of a process may keep together; each ``ByteAccount`` draws from one.
///
/// 1. An account draws in steps (``ByteAccount/step``), so an event of a few hundred bytes touches nothing here.
/// 2. Whoever draws past the limit has the largest of all accounts given up, and the next largest, until those that are
///    left fit: ``ByteAccountOwner/accountMustGo(_:)``. What a connection on its way out still holds is not held
///    against the others.
/// 3. While ``isFull`` new connections are refused.
public final class MemoryPool: Sendable {
    /// Bytes.
    public let limit: Int
    private let drawn = Atomic<Int>(0)
    private let givenUp = Atomic<Int>(0)
    private let state = Mutex(State())

    private struct State {
        /// Those that have drawn anything.
        var accounts: [ObjectIdentifier: Entry] = [:]
        /// Drawn by those that were told to go.
        var leaving = 0

        /// The largest accounts, until the rest fits.
        mutating func victims(total: Int, limit: Int) -> [AnyLoopsAccount] {
            var victims: [AnyLoopsAccount] = []
            while total - leaving > limit {
                let staying = accounts.lazy.filter { !$0.value.isLeaving }
                guard let (key, entry) = staying.max(by: { $0.value.drawn < $1.value.drawn }) else { break }
                accounts[key]?.isLeaving = true
                leaving += entry.drawn
                victims.append(entry.account)
            }
            return victims
        }
    }

    private struct Entry {
        let account: AnyLoopsAccount
        var drawn: Int
        var isLeaving = false
    }

    /// An account that waits to be told on its own loop.
    struct AnyLoopsAccount: @unchecked Sendable {
        // @unchecked because the account is touched on its loop only; other threads carry the reference there.
        weak var account: ByteAccount?
        let eventLoop: any EventLoop
    }

    /// - Parameter limit: bytes; without one nothing is refused.
    public init(limit: Int = .max) {
        self.limit = max(1, limit)
    }

    /// Bytes drawn by all accounts.
    public var used: Int { drawn.load(ordering: .relaxed) }

    /// Whether new connections are to be refused.
    public var isFull: Bool { used >= limit }

    /// How many connections were given up because the limit was passed.
    public var accountsGivenUp: Int { givenUp.load(ordering: .relaxed) }

    /// How many accounts have drawn anything.
    public var accountCount: Int { state.withLock { $0.accounts.count } }

    /// Sets what an account has drawn. Called on the account's loop.
    func set(_ key: ObjectIdentifier, to bytes: Int, from before: Int, of account: @autoclosure () -> AnyLoopsAccount) {
        let total = drawn.wrappingAdd(bytes - before, ordering: .relaxed).newValue
        let victims = state.withLock { state -> [AnyLoopsAccount] in
            if bytes == 0 {
                guard let entry = state.accounts.removeValue(forKey: key) else { return [] }
                if entry.isLeaving { state.leaving -= entry.drawn }
                return []
            }
            var entry = state.accounts[key] ?? Entry(account: account(), drawn: 0)
            if entry.isLeaving { state.leaving += bytes - entry.drawn }
            entry.drawn = bytes
            state.accounts[key] = entry
            return bytes > before ? state.victims(total: total, limit: limit) : []
        }
        for victim in victims {
            givenUp.wrappingAdd(1, ordering: .relaxed)
            victim.eventLoop.execute { victim.account?.giveUp() }
        }
    }
}
