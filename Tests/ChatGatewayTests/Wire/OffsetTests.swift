import ChatCore
import Testing

@testable import ChatGateway

@Suite struct OffsetTests {
    @Test("An offset is read back as it was written", arguments: [0, 1, 1 << 50] as [Int64])
    func roundTrip(revision: Int64) {
        let plain = Offset(epoch: .max, revision: Revision(revision))
        #expect(Offset(plain.text) == plain)
        let held = Offset(epoch: 7, revision: Revision(revision), receipts: Revision(revision / 2))
        #expect(Offset(held.text) == held)
    }

    @Test("One that is younger than its revision says when it was heard; one of a commit does not")
    func heard() {
        let revision = Revision(1000 << 20)
        let late = Offset(epoch: 7, revision: revision, now: Timestamp(milliseconds: 5_000_400))
        #expect(late.heardAt == Timestamp(milliseconds: 5_000_000))
        #expect(Offset(late.text) == late)
        let both = Offset(epoch: 7, revision: revision, receipts: Revision(9), now: Timestamp(milliseconds: 5_000_400))
        #expect(Offset(both.text) == both)
        let soon = Offset(epoch: 7, revision: revision, now: Timestamp(milliseconds: 1_030_000))
        #expect(soon.heardAt == nil && soon.text == Offset(epoch: 7, revision: revision).text)
    }

    @Test(
        "What no server issued is no offset",
        arguments: [
            "", ":", "1", "x:1", "1:!", "1:-5", "1:1:2:3", "1:5:6", "1:5:-1", "1:5::", "1:5::!", "1:5::-1",
            "1:5:4:1:1", String(repeating: "1", count: 99) + ":1",
        ])
    func refused(text: String) {
        #expect(Offset(text) == nil)
    }
}
