import ByteText
import ChatCore
import JSON

/// The object of one line of an archive, read field by field. What is not read is unknown, and refused: a field with
/// a wrong name must not be lost silently.
struct ArchiveFields {
    private let object: JSONObject
    private var unread: Set<ByteString>

    /// - Throws: ``ArchiveError`` for a name that comes twice.
    init(_ object: JSONObject) throws(ArchiveError) {
        self.object = object
        unread = Set(object.members.map(\.name))
        guard unread.count == object.members.count else {
            throw ArchiveError(.invalid, "A field comes twice.")
        }
    }

    /// A value that is there and is not `null`.
    private mutating func value(_ name: String) -> JSONValue? {
        let name = ByteString(name)
        unread.remove(name)
        let value = object[name]
        return value == .null ? nil : value
    }

    private static func missing(_ name: String) -> ArchiveError { ArchiveError(.invalid, "\(name) is missing.") }

    mutating func optionalString(_ name: String) throws(ArchiveError) -> String? {
        guard let value = value(name) else { return nil }
        guard case .string(let text) = value else { throw ArchiveError(.invalid, "\(name) must be a string.") }
        return text.string
    }

    mutating func string(_ name: String) throws(ArchiveError) -> String {
        guard let text = try optionalString(name) else { throw Self.missing(name) }
        return text
    }

    mutating func optionalInteger(_ name: String) throws(ArchiveError) -> Int64? {
        guard let value = value(name) else { return nil }
        guard case .integer(let number) = value, number >= 0 else {
            throw ArchiveError(.invalid, "\(name) must be an integer from 0.")
        }
        return number
    }

    mutating func integer(_ name: String) throws(ArchiveError) -> Int64 {
        guard let number = try optionalInteger(name) else { throw Self.missing(name) }
        return number
    }

    mutating func flag(_ name: String) throws(ArchiveError) -> Bool {
        guard let value = value(name) else { return false }
        guard case .bool(let flag) = value else { throw ArchiveError(.invalid, "\(name) must be true or false.") }
        return flag
    }

    mutating func optionalTime(_ name: String) throws(ArchiveError) -> Timestamp? {
        guard let text = try optionalString(name) else { return nil }
        guard let time = Timestamp(rfc3339: text) else {
            throw ArchiveError(.invalid, "\(name) must be a time such as 2026-01-31T23:59:59.999Z.")
        }
        return time
    }

    mutating func time(_ name: String) throws(ArchiveError) -> Timestamp {
        guard let time = try optionalTime(name) else { throw Self.missing(name) }
        return time
    }

    mutating func choice<Choice: RawRepresentable & CaseIterable>(
        _ name: String, default otherwise: Choice? = nil
    ) throws(ArchiveError) -> Choice where Choice.RawValue == String {
        guard let text = try optionalString(name) else {
            guard let otherwise else { throw Self.missing(name) }
            return otherwise
        }
        guard let choice = Choice(named: ByteString(text)) else {
            let known = Choice.allCases.map(\.rawValue).joined(separator: ", ")
            throw ArchiveError(.invalid, "\(name) must be one of \(known).")
        }
        return choice
    }

    mutating func strings(_ name: String) throws(ArchiveError) -> [String] {
        guard let value = value(name) else { return [] }
        guard case .array(let values) = value else {
            throw ArchiveError(.invalid, "\(name) must be an array of strings.")
        }
        var texts: [String] = []
        for value in values {
            guard case .string(let text) = value else {
                throw ArchiveError(.invalid, "\(name) must be an array of strings.")
            }
            texts.append(text.string)
        }
        return texts
    }

    /// - Throws: `invalid` when a field was not read.
    func end() throws(ArchiveError) {
        if let name = unread.min() {
            throw ArchiveError(.invalid, "There is no field \(name.prefix(atMost: 64)) in such a line.")
        }
    }
}
