import ByteText
import ChatCore
import SocketIO

/// The one object that a client event carries, read field by field. Every failure is `invalid` and names the field.
struct Fields {
    private let object: JSONObject

    /// - Parameter arguments: what came after the event's name, without the ack.
    init(_ arguments: [JSONValue]) throws(ChatError) {
        switch arguments.first {
        case nil, .null: object = JSONObject()
        case .object(let object): self.object = object
        default: throw ChatError(.invalid, "The event takes one object.")
        }
    }

    /// A value that is there and is not `null`.
    private func value(_ name: String) -> JSONValue? {
        let value = object[ByteString(name)]
        return value == .null ? nil : value
    }

    func optionalString(_ name: String) throws(ChatError) -> String? {
        guard let value = value(name) else { return nil }
        guard case .string(let text) = value else {
            throw ChatError(.invalid, "\(name) must be a string.", field: name)
        }
        return text.string
    }

    func string(_ name: String) throws(ChatError) -> String {
        guard let text = try optionalString(name) else {
            throw ChatError(.invalid, "\(name) is missing.", field: name)
        }
        return text
    }

    /// A string that is not empty.
    func identifier(_ name: String) throws(ChatError) -> String {
        let text = try string(name)
        guard !text.isEmpty else { throw ChatError(.invalid, "\(name) must not be empty.", field: name) }
        return text
    }

    func chatID() throws(ChatError) -> ChatID { ChatID(try identifier("chatId")) }
    func messageID() throws(ChatError) -> MessageID { MessageID(try identifier("messageId")) }

    func optionalInteger(_ name: String, in range: ClosedRange<Int64>) throws(ChatError) -> Int64? {
        guard let value = value(name) else { return nil }
        guard case .integer(let number) = value, range.contains(number) else {
            throw ChatError(
                .invalid, "\(name) must be an integer from \(range.lowerBound) to \(range.upperBound).", field: name)
        }
        return number
    }

    func bool(_ name: String, default otherwise: Bool) throws(ChatError) -> Bool {
        guard let value = value(name) else { return otherwise }
        guard case .bool(let flag) = value else {
            throw ChatError(.invalid, "\(name) must be true or false.", field: name)
        }
        return flag
    }

    /// As ``strings(_:atMost:)``, but it has to be there.
    func requiredStrings(_ name: String, atMost limit: Int) throws(ChatError) -> [String] {
        guard value(name) != nil else { throw ChatError(.invalid, "\(name) is missing.", field: name) }
        return try strings(name, atMost: limit)
    }

    func strings(_ name: String, atMost limit: Int) throws(ChatError) -> [String] {
        guard let value = value(name) else { return [] }
        guard case .array(let values) = value else {
            throw ChatError(.invalid, "\(name) must be an array of strings.", field: name)
        }
        guard values.count <= limit else {
            throw ChatError(.invalid, "\(name) may hold at most \(limit).", field: name)
        }
        var texts: [String] = []
        for value in values {
            guard case .string(let text) = value, !text.isEmpty else {
                throw ChatError(.invalid, "\(name) must be an array of strings.", field: name)
            }
            texts.append(text.string)
        }
        return texts
    }
}
