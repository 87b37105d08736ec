import NIOCore
import Synchronization

/// How many requests a second an address may make that no token vouches for: a bucket that leaks.
///
/// What a token vouches for in the end is given back, so that users behind one address do not pay for each other. The
/// table is bounded: addresses past its size share one bucket.
final class RequestBudget: Sendable {
    fileprivate struct Bucket {
        var level: Double
        var at: NIODeadline
    }

    fileprivate struct State {
        var buckets: [AddressKey: Bucket] = [:]
        /// Of those for whom the table has no place.
        var others = Bucket(level: 0, at: .uptimeNanoseconds(0))
        /// When the empty ones were last thrown out.
        var sweptAt = NIODeadline.uptimeNanoseconds(0)
    }

    /// Addresses remembered.
    static let capacity = 16_384
    /// Seconds' worth that may come at once.
    private static let burst = 6.0

    /// A second; 0 is no limit.
    private let rate: Double
    private let state = Mutex(State())
    private let clock: @Sendable () -> NIODeadline

    init(rate: Int, clock: @escaping @Sendable () -> NIODeadline = { .now() }) {
        self.rate = Double(rate)
        self.clock = clock
    }

    var isOn: Bool { rate > 0 }

    /// - Parameter hasToken: the request shows a token, good or not: there is as much again for such, so that those
    ///   who have one are served while a flood without goes on.
    /// - Returns: what the request was charged, to be given back by ``refund(_:to:)``; `nil` where it is not within the
    ///   budget: that costs nothing more.
    func charge(_ key: AddressKey, hasToken: Bool) -> Int? {
        guard isOn else { return 0 }
        let now = clock()
        let limit = rate * Self.burst * (hasToken ? 2 : 1)
        return state.withLock { state in
            var bucket = state.bucket(of: key, now, rate)
            guard bucket.level + 1 <= limit else { return nil }
            bucket.level += 1
            state.put(bucket, key)
            return 1
        }
    }

    func refund(_ count: Int, to key: AddressKey) {
        guard isOn else { return }
        let now = clock()
        state.withLock { state in
            guard state.buckets[key] != nil else { return }
            var bucket = state.bucket(of: key, now, rate)
            bucket.level = max(0, bucket.level - Double(count))
            state.put(bucket, key)
        }
    }

    var addressCount: Int { state.withLock { $0.buckets.count } }
}

extension RequestBudget.State {
    fileprivate mutating func bucket(of key: AddressKey, _ now: NIODeadline, _ rate: Double) -> RequestBudget.Bucket {
        if buckets[key] == nil, buckets.count >= RequestBudget.capacity, now - sweptAt > .seconds(1) {
            sweptAt = now
            buckets = buckets.filter { !$0.value.isEmpty(now, rate) }
        }
        var bucket = buckets[key] ?? (buckets.count < RequestBudget.capacity ? .init(level: 0, at: now) : others)
        bucket.level = max(0, bucket.level - bucket.leaked(now, rate))
        bucket.at = now
        return bucket
    }

    fileprivate mutating func put(_ bucket: RequestBudget.Bucket, _ key: AddressKey) {
        if buckets[key] == nil, buckets.count >= RequestBudget.capacity {
            others = bucket
        } else {
            buckets[key] = bucket
        }
    }
}

extension RequestBudget.Bucket {
    fileprivate func leaked(_ now: NIODeadline, _ rate: Double) -> Double {
        Double((now - at).nanoseconds) / 1e9 * rate
    }

    fileprivate func isEmpty(_ now: NIODeadline, _ rate: Double) -> Bool { level <= leaked(now, rate) }
}
