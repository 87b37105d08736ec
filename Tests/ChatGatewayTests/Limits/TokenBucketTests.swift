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

    @Test("Who has a unit may begin what costs more, and owes the rest")
    func debt() {
        var bucket = TokenBucket(rate: 10, now: 0)
        #expect(bucket.take(100, now: 0) == nil)
        #expect(bucket.take(now: 0) == .milliseconds(7100))
        #expect(bucket.take(now: 7 * second) != nil)
        #expect(bucket.take(now: 71 * second / 10) == nil)
    }

    @Test("What is charged afterwards is owed as well")
    func charge() {
        var bucket = TokenBucket(rate: 10, now: 0)
        #expect(bucket.isFull(now: 0))
        bucket.charge(40, now: 0)
        #expect(!bucket.isFull(now: 0))
        #expect(bucket.take(now: second) != nil)
        #expect(bucket.take(now: 11 * second / 10) == nil)
        #expect(bucket.isFull(now: 5 * second))
    }

    @Test("A clock that was read earlier by another thread gives nothing back and takes nothing away")
    func clockOfAnotherThread() {
        var bucket = TokenBucket(rate: 1, now: second)
        for _ in 0..<3 { _ = bucket.take(now: second) }
        #expect(bucket.take(now: 0) == .seconds(1))
        #expect(bucket.take(now: 2 * second) == nil)
    }
}
