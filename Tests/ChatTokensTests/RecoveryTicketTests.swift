import ChatCore
import ChatTokens
import Testing

@Suite("Recovery tickets")
struct RecoveryTicketTests {
    private static func authority(_ secret: String = TokenAuthorityTests.secret) throws -> RecoveryTicketAuthority {
        RecoveryTicketAuthority(secret: try TokenAuthorityTests.secret(secret))
    }

    @Test("A ticket is opened for its user, also after a restart, with the same pid and sid")
    func reopened() throws {
        let ticket = try Self.authority().issue(for: UserID("u1"))
        #expect(try Self.authority().open(ticket.pid, for: UserID("u1")) == ticket)
    }

    @Test("A ticket of another user or of another secret is none")
    func foreign() throws {
        let ticket = try Self.authority().issue(for: UserID("u1"))
        #expect(try Self.authority().open(ticket.pid, for: UserID("u2")) == nil)
        let other = try Self.authority(String(repeating: "z", count: 32))
        #expect(other.open(ticket.pid, for: UserID("u1")) == nil)
    }

    @Test("What was changed or made up is no ticket")
    func forged() throws {
        let authority = try Self.authority()
        let pid = authority.issue(for: UserID("u1")).pid
        let first = pid.hasPrefix("A") ? "B" : "A"
        let last = pid.hasSuffix("A") ? "Q" : "A"
        for forged in [
            first + pid.dropFirst(), pid.dropLast() + last, pid + "A", "", ".", pid.replacing(".", with: "_"),
        ] {
            #expect(authority.open(String(forged), for: UserID("u1")) == nil)
        }
    }

    @Test("Tickets differ, and the sid does not show the pid")
    func distinct() throws {
        let authority = try Self.authority()
        let tickets = (0..<100).map { _ in authority.issue(for: UserID("u1")) }
        #expect(Set(tickets.map(\.pid)).count == 100 && Set(tickets.map(\.sid)).count == 100)
        #expect(tickets.allSatisfy { $0.sid.utf8.count == 20 && !$0.pid.contains($0.sid) })
    }
}
