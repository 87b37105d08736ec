import ChatCore
import SocketIO
import Testing

@testable import ChatGateway

@Suite struct FieldsTests {
    private func failure<Event: ClientEvent>(of type: Event.Type, _ arguments: [JSONValue]) -> ChatError? {
        do throws(ChatError) {
            _ = try Event(try Fields(arguments))
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

    @Test("History takes one direction, and a limit of 1 to 100")
    func history() {
        #expect(failure(of: MessageHistory.self, [["chatId": "c", "before": 1, "after": 2]])?.code == .invalid)
        #expect(failure(of: MessageHistory.self, [["chatId": "c", "limit": 0]])?.field == "limit")
        #expect(failure(of: MessageHistory.self, [["chatId": "c", "limit": 101]])?.field == "limit")
        #expect(failure(of: MessageHistory.self, [["chatId": "c", "before": "x"]])?.field == "before")
        #expect(failure(of: MessageHistory.self, [["chatId": "c", "around": 9, "limit": 100]]) == nil)
    }
}
