import ChatCore
import ChatTokens
import Testing

@Suite struct SignedRecoveryTicketsTests {
    private let tickets = SignedRecoveryTickets(secret: Array(repeating: 7, count: 32))

    @Test("A ticket opens for its user, with the same socket id, on any server that has the key")
    func opens() {
        let ticket = tickets.issue(for: UserID("ann"))
        let restarted = SignedRecoveryTickets(secret: Array(repeating: 7, count: 32))
        #expect(restarted.open(ticket.pid, for: UserID("ann")) == ticket)
        #expect(ticket.pid != ticket.sid)
        #expect(tickets.issue(for: UserID("ann")) != ticket)
    }

    @Test("Another user's, a forged and a foreign ticket do not open")
    func refused() {
        let ticket = tickets.issue(for: UserID("ann"))
        #expect(tickets.open(ticket.pid, for: UserID("bob")) == nil)
        #expect(SignedRecoveryTickets(secret: Array(repeating: 8, count: 32)).open(ticket.pid, for: UserID("ann")) == nil)
        for text in ["", "x", ticket.sid, String(ticket.pid.dropLast()) + "!", String(ticket.pid.reversed())] {
            #expect(tickets.open(text, for: UserID("ann")) == nil)
        }
    }
}
