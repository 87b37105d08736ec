import ChatCore
import ChatWire
import Testing

@testable import ChatGateway

/// The one table from a change to what is told of it.
@Suite("What is told of a change")
struct NoticeTests {
    private let chat = GatewayBench.chat("c")
    private let card = GatewayBench.card("u")

    private func receipt(members: Int) -> Receipt {
        Receipt(
            chatID: chat.id, userID: card.id, messageID: MessageID("m"), seq: 1, at: Timestamp(milliseconds: 0),
            memberCount: members)
    }

    private func missed(_ change: Change, by user: String) -> ServerEventName? {
        change.notice(missedBy: UserID(user), quietMembers: 2)?.event
    }

    @Test("Who comes hears of the chat and the others of who came, also afterwards")
    func comes() {
        let change = Change.memberAdded(chat, card)
        #expect(change.notices.map(\.event) == [.chatMemberAdded, .chatAdded])
        #expect(missed(change, by: "u") == .chatAdded)
        #expect(missed(change, by: "v") == .chatMemberAdded)
    }

    @Test("Who goes hears of the chat and the others of who went, also afterwards")
    func goes() {
        let change = Change.memberRemoved(chat.id, card.id)
        #expect(change.notices.map(\.event) == [.chatRemoved, .chatMemberRemoved])
        #expect(missed(change, by: "u") == .chatRemoved)
        #expect(missed(change, by: "v") == .chatMemberRemoved)
    }

    @Test("A receipt is the chat's where few are, and in a chat of many only its own user's")
    func receipts() {
        for (members, others) in [(2, ServerEventName.messageRead), (3, nil)] {
            #expect(missed(.messageRead(receipt(members: members)), by: "u") == .messageRead)
            #expect(missed(.messageRead(receipt(members: members)), by: "v") == others)
        }
    }

    @Test("What ends sessions is told by their end, and never again")
    func ends() {
        let changes: [Change] = [
            .userDeleted(card.id), .userBlocked(card.id), .tokensRevoked(card.id), .tokenRevoked(TokenID("t"), card.id),
        ]
        for change in changes {
            #expect(change.notices.map(\.event) == [.sessionEnded])
            #expect(missed(change, by: "u") == nil)
        }
    }

    @Test("A role is told to nobody: who wants to know asks for the members")
    func role() {
        #expect(Change.memberRoleChanged(chat.id, card.id, .admin).notices.isEmpty)
    }

    @Test("A new chat is told to its members, and to nobody else")
    func created() {
        let change = Change.chatCreated(chat, members: [card.id])
        #expect(missed(change, by: "u") == .chatAdded && missed(change, by: "v") == nil)
    }
}
