import ChatCore
import Testing

@Suite("The rules of cursors")
struct CursorRulesTests {
    private func at(_ revision: Int64, knownSince: Int64? = nil) -> FeedPosition {
        FeedPosition(Revision(revision), knownSince: Revision(knownSince ?? revision))
    }

    @Test("A cursor moves forward only; one of the same place learns since when its reader knows")
    func moves() {
        #expect(CursorRules.moves(nil, to: .beginning))
        #expect(CursorRules.moves(at(3), to: at(4)))
        #expect(!CursorRules.moves(at(4), to: at(4)))
        #expect(!CursorRules.moves(at(4), to: at(3, knownSince: 9)))
        #expect(CursorRules.moves(.beginning, to: at(0, knownSince: 9)))
    }

    @Test("A position is read on from unless it lies below the floor or beyond the newest revision")
    func standing() {
        func standing(_ position: FeedPosition) -> OffsetStanding {
            CursorRules.standing(position, newest: Revision(100), floor: Revision(50))
        }
        #expect(standing(.beginning) == .recoverable)
        #expect(standing(at(49)) == .tooOld)
        #expect(standing(at(50)) == .recoverable)
        #expect(standing(at(7, knownSince: 50)) == .recoverable)
        #expect(standing(at(7, knownSince: 49)) == .tooOld)
        #expect(standing(at(100)) == .recoverable)
        #expect(standing(at(101)) == .neverIssued)
        #expect(standing(at(7, knownSince: 101)) == .neverIssued)
        #expect(standing(at(-1, knownSince: 60)) == .neverIssued)
    }

    @Test("There are so many cursors, with names like ids")
    func bounds() {
        #expect(throws: Never.self) { try CursorRules.checkRoom(cursors: CursorRules.limit - 1) }
        #expect(throws: ChatError.self) { try CursorRules.checkRoom(cursors: CursorRules.limit) }
        #expect(throws: Never.self) { try CursorRules.check(name: "webhook:7") }
        #expect(throws: ChatError.self) { try CursorRules.check(name: "a b") }
    }
}
