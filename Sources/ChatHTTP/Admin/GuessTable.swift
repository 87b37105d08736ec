import SocketServer

/// How often each address has shown a wrong key of late. CONTRACT section 2: after ten in a minute the next wrong ones
/// are answered 429.
///
/// An address counts from its first wrong key for a minute, and then anew. It never counts right keys, so nobody can be
/// kept out by the guesses of a neighbour.
struct GuessTable {
    enum Verdict: Equatable {
        /// Wrong, as any.
        case refuse
        /// Too many: none is looked at for so many seconds, but the right one.
        case slow(retryAfter: Int64)
    }

    private struct Window {
        var began: ContinuousClock.Instant
        var wrong: Int
    }

    /// Wrong keys of one address in a minute.
    static let allowance = 10
    static let period: Duration = .seconds(60)
    /// Addresses of each of the two generations, some 100 bytes an address. Who has more of them than that to guess
    /// from, at ten keys each, is still nowhere beside a key of 256 bits.
    static let generation = 2048

    private var fresh: [AddressKey: Window] = [:]
    /// Those before, forgotten together once as many new ones have come.
    private var stale: [AddressKey: Window] = [:]

    var count: Int { fresh.count + stale.count }

    /// A wrong key came.
    ///
    /// - Parameter address: the client's; of IPv6 the network of a household counts as one.
    mutating func wrong(from address: AddressKey, at now: ContinuousClock.Instant) -> Verdict {
        var window = fresh[address] ?? stale[address] ?? Window(began: now, wrong: 0)
        if now - window.began >= Self.period { window = Window(began: now, wrong: 0) }
        window.wrong += 1
        if fresh[address] == nil, fresh.count >= Self.generation {
            stale = fresh
            fresh = [:]
        }
        fresh[address] = window
        guard window.wrong > Self.allowance else { return .refuse }
        let left = Self.period - (now - window.began)
        let seconds = left.components.seconds + (left.components.attoseconds > 0 ? 1 : 0)
        return .slow(retryAfter: max(1, seconds))
    }
}
