import ChatCore
import Synchronization

/// Bounds how many transfers go on at once: together, of one user and of one address. Each takes a chunk or two of
/// memory, and a place.
///
/// A place is no property: when all are taken (of the address, or together) and somebody comes, a slow transfer makes
/// room.
/// 1. Of the user who has most, if they have more than the newcomer would: the slowest one; one of those that had a
///    moment to begin, unless they have many times as much.
/// 2. Else the slowest of all, if it is slow by any measure and had its time.
/// 3. Else the newcomer is told to try again.
final class TransferSlots: Sendable {
    struct Bounds: Sendable {
        var all: Int
        var user: Int
        var address: Int
    }

    fileprivate struct Transfer: Sendable {
        let user: UserID
        let address: String
        let start: ContinuousClock.Instant
        let end: @Sendable () -> Void
        /// What was moved in the window that is running, and in the last one.
        var windowStart: ContinuousClock.Instant
        var bytes: Int64 = 0
        var bytesBefore: Int64 = 0
    }

    private struct State {
        var transfers: [UInt64: Transfer] = [:]
        var next: UInt64 = 0
    }

    /// A transfer younger than this makes room for nobody, unless its user has ``many`` times the newcomer's.
    static let youth: Duration = .seconds(5)
    static let many = 4
    /// One that is slow by any measure does after this time.
    static let patience: Duration = .seconds(20)
    /// Bytes a second; what is below is slow by any measure.
    static let slow: Int64 = 16 * 1024
    /// Seconds over which a rate is told.
    fileprivate static let window: Int64 = 10

    private let state = Mutex(State())
    private let bounds: Bounds

    init(_ bounds: Bounds) { self.bounds = bounds }

    var count: Int { state.withLock { $0.transfers.count } }

    /// A place, kept as long as the slot is.
    ///
    /// - Parameter end: ends the transfer when it has to make room; its place is given away already.
    /// - Throws: `rate_limited` when the user or the address has enough, `unavailable` when all have.
    func take(
        for user: UserID, at address: String, now: ContinuousClock.Instant = .now, end: @escaping @Sendable () -> Void
    ) throws(ChatError) -> TransferSlot {
        let outcome = state.withLock { state -> Result<(UInt64, Transfer?), ChatError> in
            if state.transfers.values.count(where: { $0.user == user }) >= bounds.user {
                return .failure(Self.enough("At most \(bounds.user) transfers of one user at a time."))
            }
            let neighbours = state.transfers.filter { $0.value.address == address }
            let isAddressFull = neighbours.count >= bounds.address
            var ended: Transfer?
            if isAddressFull || state.transfers.count >= bounds.all {
                let candidates = isAddressFull ? neighbours : state.transfers
                guard let slowest = Self.whoMakesRoom(for: user, of: candidates, now) else {
                    if isAddressFull {
                        return .failure(Self.enough("At most \(bounds.address) transfers of one address at a time."))
                    }
                    return .failure(
                        ChatError(
                            .unavailable, "Too many transfers go on; try again.", retryAfter: .seconds(1)))
                }
                ended = state.transfers.removeValue(forKey: slowest)
            }
            state.next += 1
            state.transfers[state.next] = Transfer(
                user: user, address: address, start: now, end: end, windowStart: now)
            return .success((state.next, ended))
        }
        let (number, ended) = try outcome.get()
        ended?.end()
        return TransferSlot(slots: self, number: number)
    }

    /// - Returns: nobody, when the newcomer has no better claim.
    private static func whoMakesRoom(
        for user: UserID, of transfers: [UInt64: Transfer], _ now: ContinuousClock.Instant
    ) -> UInt64? {
        let counts = transfers.values.reduce(into: [UserID: Int]()) { $0[$1.user, default: 0] += 1 }
        let most = counts.values.max() ?? 0
        let own = counts[user, default: 0] + 1
        if most > own {
            let age = most >= many * own ? .zero : youth
            let theirs = transfers.filter { counts[$0.value.user] == most && now - $0.value.start >= age }
            if let slowest = theirs.min(by: { $0.value.rate(at: now) < $1.value.rate(at: now) }) { return slowest.key }
        }
        let slowOnes = transfers.filter { now - $0.value.start >= patience && $0.value.rate(at: now) < slow }
        return slowOnes.min { $0.value.rate(at: now) < $1.value.rate(at: now) }?.key
    }

    private static func enough(_ message: String) -> ChatError {
        ChatError(.rateLimited, message, retryAfter: .seconds(1))
    }

    fileprivate func moved(_ bytes: Int, by number: UInt64, at now: ContinuousClock.Instant) {
        state.withLock { $0.transfers[number]?.moved(bytes, at: now) }
    }

    fileprivate func giveBack(_ number: UInt64) {
        // What it keeps is released outside of the lock.
        let transfer = state.withLock { $0.transfers.removeValue(forKey: number) }
        withExtendedLifetime(transfer) {}
    }
}

extension TransferSlots.Transfer {
    mutating func moved(_ count: Int, at now: ContinuousClock.Instant) {
        let elapsed = (now - windowStart).components.seconds
        if elapsed >= TransferSlots.window {
            // After a silence the last window moved nothing.
            bytesBefore = elapsed < 2 * TransferSlots.window ? bytes : 0
            bytes = 0
            windowStart = now
        }
        bytes += Int64(count)
    }

    /// Bytes a second, over this window and the last one.
    func rate(at now: ContinuousClock.Instant) -> Int64 {
        let elapsed = (now - windowStart).components.seconds
        guard elapsed < 2 * TransferSlots.window else { return 0 }
        let before = windowStart > start ? TransferSlots.window : 0
        return (bytes + bytesBefore) / max(1, elapsed + before)
    }
}

/// A place among the transfers; given back when nobody holds it any more.
final class TransferSlot: Sendable {
    private let slots: TransferSlots
    private let number: UInt64

    fileprivate init(slots: TransferSlots, number: UInt64) {
        self.slots = slots
        self.number = number
    }

    /// So many bytes came, or were taken.
    func moved(_ bytes: Int, at now: ContinuousClock.Instant = .now) { slots.moved(bytes, by: number, at: now) }

    deinit { slots.giveBack(number) }
}
