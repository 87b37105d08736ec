import NIOCore
import Testing

@testable import SocketServer

@Suite("The pace of requests and bodies")
struct PaceTests {
    private let start = NIODeadline.uptimeNanoseconds(1_000_000_000)

    @Test("A burst passes at once, and what follows comes at the rate")
    func requests() {
        var pace = RequestPace()
        for _ in 0...20 {
            #expect(pace.wait(at: start) == nil)
            pace.charge(at: start, rate: 10)
        }
        #expect(pace.wait(at: start) == .milliseconds(100))
        #expect(pace.wait(at: start + .milliseconds(100)) == nil)
        pace.refund(rate: 10)
        #expect(pace.wait(at: start) == nil)
    }

    @Test("After a request past its address's budget the next one waits a second, however few came before")
    func pastTheBudget() {
        var pace = RequestPace()
        pace.postpone(at: start)
        #expect(pace.wait(at: start) == .seconds(1))
        pace.postpone(at: start)
        #expect(pace.wait(at: start) == .seconds(1), "the wait grows")
        #expect(pace.wait(at: start + .seconds(1)) == nil)
    }

    @Test("A few requests of a stranger are nobody's business, more are worth a turn, and a quiet second forgets them")
    func share() {
        var share = StrangersShare()
        let few = Int(InputCost.light.nanoseconds / StrangersShare.request.nanoseconds)
        for _ in 0..<few { share.charge(at: start) }
        #expect(share.takeDue() == nil)
        share.charge(at: start)
        let due = share.takeDue()
        #expect(due.map { $0 >= .light } == true)
        #expect(share.takeDue() == nil, "what was paid is due again")
        for _ in 0...few { share.charge(at: start) }
        share.refund()
        #expect(share.takeDue() == nil, "what a token vouches for is due")
        share.charge(at: start + .seconds(2))
        #expect(share.takeDue() == nil, "what is long past is due")
    }

    /// Whether a body that came like this was found fast enough each time.
    private func verdicts(_ body: inout BodyPace, _ parts: [(bytes: Int, second: Int64)]) -> [Bool] {
        parts.map { body.receive($0.bytes, at: start + .seconds($0.second), SocketServerLimits()) }
    }

    @Test("A body that drips is told from one that is held back")
    func bodies() {
        var dripping = BodyPace(start: start)
        #expect(verdicts(&dripping, [(1, 29), (1, 59), (1, 88)]) == [true, true, false])
        var heldBack = BodyPace(start: start)
        #expect(verdicts(&heldBack, [(1000, 1)]) == [true])
        heldBack.pause(at: start + .seconds(1))
        heldBack.goOn(at: start + .seconds(3601))
        #expect(verdicts(&heldBack, [(1, 3602)]) == [true])
        var slow = BodyPace(start: start)
        #expect(verdicts(&slow, (1...60).map { (20_000, Int64($0) * 10) }).allSatisfy { $0 })
    }
}
