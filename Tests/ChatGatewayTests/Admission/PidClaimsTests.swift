import ChatCore
import NIOCore
import Testing

@testable import ChatGateway

@Suite("Who has which pid")
struct PidClaimsTests {
    private let claims = Held(PidClaims())

    private func claim(
        _ pid: String, heard: Int64 = 0, revision: Int64 = 0, isLive: Bool, now: NIODeadline
    ) -> PidClaims.Claim? {
        claims.it.claim(pid, heard: Revision(heard), revision: Revision(revision), isLive: isLive, now: now)
    }

    private func begin(_ claim: PidClaims.Claim) -> Bool { claims.it.begin(claim) }

    private func isOver(_ now: NIODeadline) -> Bool { claims.it.isOver(now: now) }

    private func at(_ seconds: Int64) -> NIODeadline { .uptimeNanoseconds(1 << 40) + .seconds(seconds) }

    @Test("Who comes back gets it, and again")
    func comesBack() throws {
        let first = try #require(claim("p", isLive: false, now: at(0)))
        #expect(begin(first))
        let second = try #require(claim("p", isLive: false, now: at(1)))
        #expect(begin(second))
    }

    @Test("A ghost is thrown out; who was thrown out and comes back gets another pid, and both live on")
    func two() throws {
        let second = try #require(claim("p", isLive: true, now: at(0)))
        #expect(begin(second))
        #expect(claim("p", isLive: true, now: at(2)) == nil)
        #expect(claim("p", isLive: true, now: at(10)) == nil)
        #expect(claim("other", isLive: true, now: at(2)) != nil)
    }

    @Test("Who heard more than had happened when the last one came is no other, and keeps the pid")
    func flapping() throws {
        let second = try #require(claim("p", heard: 3, revision: 5, isLive: true, now: at(0)))
        #expect(begin(second))
        let third = try #require(claim("p", heard: 6, revision: 9, isLive: true, now: at(2)))
        #expect(begin(third))
        #expect(claim("p", heard: 9, revision: 12, isLive: true, now: at(3)) == nil, "it may be the one thrown out")
        #expect(claim("p", heard: 10, revision: 12, isLive: true, now: at(3)) != nil)
    }

    @Test("Long after that it is a ghost again")
    func later() throws {
        let second = try #require(claim("p", isLive: true, now: at(0)))
        #expect(begin(second))
        #expect(claim("p", isLive: true, now: at(15)) != nil)
    }

    @Test("The one whose sake it was for may come back at once, when its session is gone")
    func winner() throws {
        let second = try #require(claim("p", isLive: true, now: at(0)))
        #expect(begin(second))
        #expect(claim("p", isLive: false, now: at(1)) != nil)
    }

    @Test("Of two at once the later one gets it, the earlier has to go, and is given another when it comes again")
    func atOnce() throws {
        let first = try #require(claim("p", isLive: false, now: at(0)))
        let second = try #require(claim("p", isLive: false, now: at(0)))
        #expect(!begin(first))
        #expect(begin(second))
        #expect(claim("p", isLive: true, now: at(1)) == nil)
    }

    @Test("Nothing is kept for longer than it matters")
    func bounded() {
        for number in 0..<100 { _ = claim("\(number)", isLive: true, now: at(0)) }
        #expect(!isOver(at(14)))
        #expect(isOver(at(15)))
    }
}
