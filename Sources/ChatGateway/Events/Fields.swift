import ByteText
import ChatCore
import ChatWire
import JSON
import SocketIO

/// The one object that a client event carries, read field by field. Every failure is `invalid` and names the field.
struct Fields {
    /// `nil`: the event came without one.
    private let object: JSONView?

    /// - Parameter arguments: what came after the event's name, without the ack.
    init(_ arguments: EventArguments) throws(ChatError) {
        guard let first = arguments.first, !first.isNull else {
            object = nil
            return
        }
        guard first.kind == .object else { throw ChatError(.invalid, "The event takes one object.") }
        object = first
    }

    /// - Throws: `invalid`, naming the first field that is none of these.
    func refuseOthers(than known: [WireField]) throws(ChatError) {
        let other = object?.members.first { member in
            !member.value.isNull && !known.contains { ByteString($0.name) == member.name }
        }
        guard let name = other?.name.prefix(atMost: 64).string else { return }
        throw ChatError(.invalid, "There is no field \(name) here.", field: name)
    }

    /// A value that is there and is not `null`.
    private func value(_ name: StaticString) -> JSONView? {
        guard let value = object?[name], !value.isNull else { return nil }
        return value
    }

    /// A text, of whatever length its packet had.
    private func optionalText(_ name: StaticString) throws(ChatError) -> ByteString? {
        guard let value = value(name) else { return nil }
        guard let text = value.string else {
            throw ChatError(.invalid, "\(name) must be a string.", field: name)
        }
        return text
    }

    private func text(_ name: StaticString) throws(ChatError) -> ByteString {
        guard let text = try optionalText(name) else {
            throw ChatError(.invalid, "\(name) is missing.", field: name)
        }
        return text
    }

    /// What a person wrote. Its rule sees to its length before anybody looks at it as characters.
    func optionalString(_ name: StaticString) throws(ChatError) -> String? { try optionalText(name)?.string }

    /// As ``optionalString(_:)``, but it has to be there.
    func string(_ name: StaticString) throws(ChatError) -> String { try text(name).string }

    /// What the server gave out and is shown again, as the place where a page begins.
    func optionalOpaque(_ name: StaticString) throws(ChatError) -> String? {
        guard let text = try optionalText(name) else { return nil }
        guard text.count <= Self.longestOpaque else {
            throw ChatError(.invalid, "\(name) is none that was given out.", field: name)
        }
        return text.string
    }

    /// As ``optionalOpaque(_:)``, but it has to be there.
    func opaque(_ name: StaticString) throws(ChatError) -> String {
        guard let text = try optionalOpaque(name) else {
            throw ChatError(.invalid, "\(name) is missing.", field: name)
        }
        return text
    }

    /// One of a few names; `nil` where it is not given.
    func optionalChoice<Choice: RawRepresentable & CaseIterable>(
        _ name: StaticString, of choices: @autoclosure () -> [Choice] = Array(Choice.allCases)
    ) throws(ChatError) -> Choice? where Choice.RawValue == String {
        guard let text = try optionalText(name) else { return nil }
        let choices = choices()
        guard let choice = choices.first(where: { ByteString($0.rawValue) == text }) else {
            let names = choices.map(\.rawValue)
            let list = names.dropLast().joined(separator: ", ") + " or " + (names.last ?? "")
            throw ChatError(.invalid, "\(name) must be \(list).", field: name)
        }
        return choice
    }

    /// As ``optionalChoice(_:of:)``, but it has to be there.
    func choice<Choice: RawRepresentable & CaseIterable>(
        _ name: StaticString, of choices: @autoclosure () -> [Choice] = Array(Choice.allCases)
    ) throws(ChatError) -> Choice where Choice.RawValue == String {
        guard let choice = try optionalChoice(name, of: choices()) else {
            throw ChatError(.invalid, "\(name) is missing.", field: name)
        }
        return choice
    }

    /// RFC 3339.
    func optionalTime(_ name: StaticString) throws(ChatError) -> Timestamp? {
        guard let text = try optionalOpaque(name) else { return nil }
        guard let time = Timestamp(rfc3339: text) else {
            throw ChatError(.invalid, "\(name) must be a time, as 2026-01-31T23:59:59Z.", field: name)
        }
        return time
    }

    // MARK: Ids

    /// Bytes of the longest id that there may be: of a user, a chat, a file.
    static let longestID = 128
    /// Bytes of what the server gives out: offsets, places of pages.
    private static let longestOpaque = 256

    /// An id as it was given. One that is longer than any there is becomes the empty one, which nothing has: so it is
    /// answered as every other unknown one, and nobody works on it.
    private static func bounded(_ text: ByteString) -> ByteString { text.count <= longestID ? text : "" }

    func identifier<Subject>(
        _ name: StaticString, of _: Subject.Type = Subject.self
    ) throws(ChatError) -> Identifier<Subject> {
        let text = try text(name)
        guard !text.isEmpty else { throw ChatError(.invalid, "\(name) must not be empty.", field: name) }
        return Identifier(Self.bounded(text))
    }

    func optionalIdentifier<Subject>(
        _ name: StaticString, of _: Subject.Type = Subject.self
    ) throws(ChatError) -> Identifier<Subject>? {
        try optionalText(name).map { Identifier(Self.bounded($0)) }
    }

    /// Ids, none of them empty; empty where they are not given.
    func identifiers<Subject>(
        _ name: StaticString, atMost limit: Int, of _: Subject.Type = Subject.self
    ) throws(ChatError) -> [Identifier<Subject>] {
        try texts(name, atMost: limit).map { Identifier(Self.bounded($0)) }
    }

    /// As ``identifiers(_:atMost:of:)``, but they have to be there.
    func requiredIdentifiers<Subject>(
        _ name: StaticString, atMost limit: Int, of subject: Subject.Type = Subject.self
    ) throws(ChatError) -> [Identifier<Subject>] {
        guard value(name) != nil else { throw ChatError(.invalid, "\(name) is missing.", field: name) }
        return try identifiers(name, atMost: limit, of: subject)
    }

    func chatID() throws(ChatError) -> ChatID { try identifier("chatId") }
    func messageID() throws(ChatError) -> MessageID { try identifier("messageId") }

    // MARK: Others

    func optionalInteger(_ name: StaticString, in range: ClosedRange<Int64>) throws(ChatError) -> Int64? {
        guard let value = value(name) else { return nil }
        guard let number = value.integer, range.contains(number) else {
            throw ChatError(
                .invalid, "\(name) must be an integer from \(range.lowerBound) to \(range.upperBound).", field: name)
        }
        return number
    }

    func bool(_ name: StaticString, default otherwise: Bool) throws(ChatError) -> Bool {
        guard let value = value(name) else { return otherwise }
        guard let flag = value.bool else {
            throw ChatError(.invalid, "\(name) must be true or false.", field: name)
        }
        return flag
    }

    private func texts(_ name: StaticString, atMost limit: Int) throws(ChatError) -> [ByteString] {
        guard let value = value(name) else { return [] }
        guard value.kind == .array else {
            throw ChatError(.invalid, "\(name) must be an array of strings.", field: name)
        }
        guard value.count <= limit else {
            throw ChatError(.invalid, "\(name) may hold at most \(limit).", field: name)
        }
        var texts: [ByteString] = []
        texts.reserveCapacity(value.count)
        for element in value.elements {
            guard let text = element.string, !text.isEmpty else {
                throw ChatError(.invalid, "\(name) must be an array of strings.", field: name)
            }
            texts.append(text)
        }
        return texts
    }

    /// Ids of users or usernames. One that is longer than either may be is nobody's: only its beginning is kept, to be
    /// named in the answer.
    func requiredNames(_ name: StaticString, atMost limit: Int) throws(ChatError) -> [String] {
        guard value(name) != nil else { throw ChatError(.invalid, "\(name) is missing.", field: name) }
        return try texts(name, atMost: limit).map { $0.prefix(atMost: 1024).string }
    }
}

extension ChatError {
    /// Of a field whose name is one of ours.
    fileprivate init(_ code: Code, _ message: String, field: StaticString) {
        self.init(code, message, field: "\(field)")
    }
}
