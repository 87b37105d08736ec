import Testing

@testable import parley

@Suite("When memory is given back")
struct QuietWatchTests {
    /// A watch, and the clocks it is shown.
    private final class Bench {
        var watch = QuietWatch()
        var used: Duration = .zero
        var time: Duration = .zero

        /// Two seconds in which the process used this much of one core.
        func pass(_ share: Double) -> Bool {
            time += .seconds(2)
            used += .seconds(2) * share
            return watch.look(used: used, time: time)
        }
    }

    private static let busy = QuietWatch.quietShare * 2
    private static let idle = QuietWatch.quietShare / 2

    @Test("After the start, once it is quiet, and then not again while it stays so")
    func start() {
        let bench = Bench()
        #expect(!bench.pass(Self.idle), "one look tells nothing")
        #expect(bench.pass(Self.idle))
        for _ in 0..<100 { #expect(!bench.pass(Self.idle)) }
    }

    @Test("Never while the process works")
    func busy() {
        let bench = Bench()
        for _ in 0..<100 { #expect(!bench.pass(Self.busy)) }
        #expect(bench.pass(Self.idle))
    }

    @Test("Again after it worked, but not before the pause is over")
    func pause() {
        let bench = Bench()
        _ = bench.pass(Self.idle)
        #expect(bench.pass(Self.idle))
        let first = bench.time
        _ = bench.pass(Self.busy)
        var again = false
        while !again, bench.time < first + QuietWatch.minimumPause * 2 { again = bench.pass(Self.idle) }
        #expect(again)
        #expect(bench.time - first >= QuietWatch.minimumPause)
        #expect(bench.time - first <= QuietWatch.minimumPause + .seconds(2))
    }

    @Test("Work between two quiet looks in the pause is not forgotten")
    func workInThePause() {
        let bench = Bench()
        _ = bench.pass(Self.idle)
        #expect(bench.pass(Self.idle))
        for share in [Self.busy, Self.idle, Self.busy, Self.idle] { #expect(!bench.pass(share)) }
        #expect((0..<10).contains { _ in bench.pass(Self.idle) })
    }

    @Test("A clock that stands still is no quiet interval")
    func stillClock() {
        var watch = QuietWatch()
        _ = watch.look(used: .zero, time: .seconds(1))
        let isMoment = watch.look(used: .zero, time: .seconds(1))
        #expect(!isMoment)
    }
}
