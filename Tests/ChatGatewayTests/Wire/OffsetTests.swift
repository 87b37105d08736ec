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

    @Test(
        "What no server issued is no offset",
        arguments: [
            "", ":", "1", "x:1", "1:!", "1:-5", "1:1:2:3", "1:5:6", "1:5:-1", String(repeating: "1", count: 99) + ":1",
        ])
    func refused(text: String) {
        #expect(Offset(text) == nil)
    }
}
