import ChatCore
import Testing

@Suite("Message ids")
struct MessageIDTests {
    @Test("An id and its revision name each other", arguments: [0, 1, 31, 32, 1 << 51, Int64.max])
    func roundTrip(_ value: Int64) {
        let id = MessageID(revision: Revision(value))
        #expect(id.rawValue.count == 13)
        #expect(id.revision == Revision(value))
    }

    @Test("Ids sort as the messages do")
    func order() {
        let values: [Int64] = [1, 9, 10, 31, 32, 33, 1 << 20, 1 << 51, .max]
        let ids = values.map { MessageID(revision: Revision($0)) }
        #expect(ids == ids.sorted())
    }

    @Test(
        "What is no message's id has no revision",
        arguments: ["", "x", "000000000000", "00000000000000", "00000000000wx", "000000000000A", "8000000000000"])
    func refused(_ text: String) {
        #expect(MessageID(text).revision == nil)
    }
}
