import Testing

@testable import ChatGateway

@Suite struct TokenBucketTests {
    private let second: Int64 = 1_000_000_000

    @Test("A burst of three times the rate passes, then the wait is told, then the rate holds")
    func burst() {
        var bucket = TokenBucket(rate: 20, now: 0)
        for _ in 0..<60 { #expect(bucket.take(now: 0) == nil) }
        #expect(bucket.take(now: 0) == .milliseconds(50))
        #expect(bucket.take(now: second / 20) == nil)
        #expect(bucket.take(now: second / 20) != nil)
    }

    @Test("Rest refills no further than the burst")
    func refill() {
        var bucket = TokenBucket(rate: 1, now: 0)
        for _ in 0..<3 { _ = bucket.take(now: 0) }
        for _ in 0..<3 { #expect(bucket.take(now: 1000 * second) == nil) }
        #expect(bucket.take(now: 1000 * second) != nil)
    }

    @Test("A rate of 0 is no limit")
    func unlimited() {
        var bucket = TokenBucket(rate: 0, now: 0)
        for _ in 0..<10_000 { #expect(bucket.take(now: 0) == nil) }
    }
}
