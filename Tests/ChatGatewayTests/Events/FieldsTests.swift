import ByteText
import ChatCore
import ChatWire
import SocketIO
import Testing

@testable import ChatGateway

@Suite struct FieldsTests {
    private func failure<Event: ClientEvent>(of type: Event.Type, _ arguments: [JSONValue]) -> ChatError? {
        do throws(ChatError) {
            _ = try Event.read(EventArguments(arguments))
            return nil
        } catch {
            return error
        }
    }

    @Test("An event that carries no object is invalid", arguments: [["x"], [1], [[]], [true]] as [[JSONValue]])
    func noObject(arguments: [JSONValue]) {
        #expect(failure(of: MessageSend.self, arguments)?.code == .invalid)
    }

    @Test(
        "A send names the field at fault",
        arguments: [
            ([:], "chatId"), (["chatId": 1], "chatId"), (["chatId": ""], "chatId"), (["chatId": nil], "chatId"),
            (["chatId": "c"], "content"), (["chatId": "c", "content": 5], "content"),
            (["chatId": "c", "content": "x", "messageType": "system"], "messageType"),
            (["chatId": "c", "content": "x", "messageType": "nope"], "messageType"),
            (["chatId": "c", "content": "x", "clientId": ""], "clientId"),
            (["chatId": "c", "content": "x", "clientId": "a b"], "clientId"),
            (["chatId": "c", "content": "x", "clientId": .string(String(repeating: "a", count: 65))], "clientId"),
            (["chatId": "c", "content": "x", "replyTo": 1], "replyTo"),
            (["chatId": "c", "content": "x", "attachmentIds": "f"], "attachmentIds"),
            (["chatId": "c", "content": "x", "attachmentIds": [1]], "attachmentIds"),
        ] as [(JSONValue, String)])
    func send(object: JSONValue, field: String) {
        let error = failure(of: MessageSend.self, [object])
        #expect(error?.code == .invalid)
        #expect(error?.field == field)
    }

    @Test("What is optional may be left out, or null")
    func optional() {
        #expect(failure(of: MessageSend.self, [["chatId": "c", "content": "x"]]) == nil)
        #expect(
            failure(of: MessageSend.self, [["chatId": "c", "content": "x", "clientId": nil, "replyTo": nil]]) == nil)
        #expect(failure(of: ChatListEvent.self, []) == nil)
    }

    @Test("An id that is longer than any there is is the empty one: unknown, as every other")
    func longIDs() throws {
        let long = JSONValue.string(String(repeating: "\u{301}", count: 100_000))
        let fields = try Fields([["chatId": long, "messageId": long, "userIds": [long, "u"], "to": long]])
        #expect(try fields.chatID() == ChatID("") && fields.messageID() == MessageID(""))
        #expect(try fields.identifiers("userIds", atMost: 2) as [UserID] == ["", "u"].map { UserID($0 as String) })
        #expect(try fields.optionalIdentifier("to") == MessageID(""))
        #expect(throws: ChatError.self) { try fields.opaque("to") }
        #expect(try fields.requiredNames("userIds", atMost: 2).first?.utf8.count == 1024)
        let longest = String(repeating: "a", count: 128)
        #expect(try Fields([["chatId": .string(longest)]]).chatID() == ChatID(longest))
    }

    @Test("A choice is one of its names, byte by byte")
    func choices() throws {
        let fields = try Fields([["type": "group", "kind": "text", "other": "groupe\u{301}"]])
        #expect(try fields.choice("type") == Chat.Kind.group)
        #expect(try fields.optionalChoice("none") == Chat.Kind?.none)
        let error = #expect(throws: ChatError.self) { try fields.choice("other") as Chat.Kind }
        #expect(error?.code == .invalid && error?.field == "other")
        #expect(error?.message == "other must be group or direct.")
    }

    @Test("A wait is told in whole milliseconds, rounded up, and never as none")
    func waits() {
        func told(_ wait: Duration) -> Int64 { wait.wholeMillisecondsUp }
        #expect(told(.zero) == 1 && told(.nanoseconds(1)) == 1 && told(.milliseconds(1)) == 1)
        #expect(told(.microseconds(1001)) == 2 && told(.seconds(3)) == 3000)
    }

    @Test(
        "A search with a filter that it does not know, or of another type, is invalid, and names it",
        arguments: [
            (["query": "x", "senderId": "u"], "senderId"), (["query": "x", "before": "2026-01-01"], "before"),
            (["query": "x", "chatId": 5], "chatId"), (["query": "x", "after": 7], "after"),
            (["query": ["x"]], "query"), (["query": "x", "limit": "3"], "limit"), (["chatId": "c"], "query"),
        ] as [(JSONValue, String)])
    func search(object: JSONValue, field: String) {
        let error = failure(of: MessageSearch.self, [object])
        #expect(error?.code == .invalid && error?.field == field)
    }

    @Test("A field that is null is none; the name of one that is unknown is told cut short")
    func unknownFields() {
        #expect(failure(of: MessageSearch.self, [["query": "x", "senderId": nil]]) == nil)
        #expect(failure(of: MessageHistory.self, [["chatId": "c", "color": "red"]]) == nil)
        var object = JSONObject(["query": "x"])
        object[ByteString(String(repeating: "n", count: 1000))] = true
        #expect(failure(of: MessageSearch.self, [.object(object)])?.field?.utf8.count == 64)
    }

    @Test("History takes one direction, and a limit of 1 to 100")
    func history() {
        #expect(failure(of: MessageHistory.self, [["chatId": "c", "before": 1, "after": 2]])?.code == .invalid)
        #expect(failure(of: MessageHistory.self, [["chatId": "c", "limit": 0]])?.field == "limit")
        #expect(failure(of: MessageHistory.self, [["chatId": "c", "limit": 101]])?.field == "limit")
        #expect(failure(of: MessageHistory.self, [["chatId": "c", "before": "x"]])?.field == "before")
        #expect(failure(of: MessageHistory.self, [["chatId": "c", "around": 9, "limit": 100]]) == nil)
    }
}
