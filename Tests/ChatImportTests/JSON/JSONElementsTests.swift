import ByteText
import ChatCore
import JSON
import Testing

@testable import ChatImport

@Suite("Elements of a large JSON text")
struct JSONElementsTests {
    /// What comes, as text: `name:index` of each, or the code of what is wrong.
    private static func read(_ text: String, lists: Set<ByteString> = [], step: Int) -> [String] {
        var elements = JSONElements(SomeBytes(text, step: step), lists: lists)
        var found: [String] = []
        while true {
            do {
                guard let element = try elements.next() else { return found }
                found.append("\(element.name?.string ?? "")\(element.index)")
            } catch {
                found.append("\(elements.index) \(error.error.code.rawValue)\(error.isLocal ? "" : "!")")
                if !error.isLocal { return found }
            }
        }
    }

    @Test("Elements are found wherever the bytes are cut", arguments: [1, 2, 3, 7, 1000])
    func cuts(step: Int) {
        #expect(Self.read("[]", step: step) == [])
        #expect(
            Self.read(" [ 1 , \"a,]\\\"}\" ,{\"x\":[1,2,{}]},null,-2.5e3 ] ", step: step) == ["1", "2", "3", "4", "5"])
        #expect(Self.read("\u{FEFF}[true]", step: step) == ["1"])
        let object = #"{"guild":{"id":"1"},"messages":[{"a":1},{"b":"]"}],"other":[1,2],"messageCount":2}"#
        #expect(
            Self.read(object, lists: ["messages"], step: step)
                == ["guild1", "messages1", "messages2", "other3", "messageCount4"])
        #expect(Self.read(object, step: step) == ["guild1", "messages2", "other3", "messageCount4"])
    }

    @Test("A flaw in one element leaves the others; a flaw between them ends the text", arguments: [1, 5, 1000])
    func flaws(step: Int) {
        let deep = String(repeating: "[", count: 10_000) + String(repeating: "]", count: 10_000)
        #expect(Self.read("[1,\(deep),3]", step: step) == ["1", "2 malformed", "3"])
        #expect(Self.read(#"[{"a":},2,{"b":tru},4]"#, step: step) == ["1 malformed", "2", "3 malformed", "4"])
        #expect(Self.read("[1 2]", step: step) == ["1", "2 malformed!"])
        #expect(Self.read("[1,2", step: step) == ["1", "2", "3 incomplete!"])
        #expect(Self.read(#"[1,{"a":"b"#, step: step) == ["1", "2 incomplete!"])
        #expect(Self.read("[1] x", step: step) == ["1", "2 malformed!"])
        #expect(Self.read("", step: step) == ["1 malformed!"])
        #expect(Self.read("hello", step: step) == ["1 malformed!"])
        #expect(Self.read("{\"a\" 1}", step: step) == ["1 malformed!"])
    }

    @Test("An element that is too long is passed over")
    func length() {
        let long = "\"" + String(repeating: "x", count: JSONElements.longest + 10) + "\""
        #expect(Self.read("[1,\(long),3]", step: 1 << 17) == ["1", "2 too_long", "3"])
    }
}
