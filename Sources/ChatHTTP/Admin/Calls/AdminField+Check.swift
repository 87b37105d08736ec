import ByteText
import JSON

/// How what was sent is held against what was declared. What a call does not know is refused by its name, however deep
/// it lies: a misspelled field would be left out without a word, and `?message=delete` keep what it was to delete.
extension [AdminField] {
    /// - Returns: the parameters that say something.
    /// - Throws: 400, with the name.
    func check(query given: FormQuery) throws -> [ByteString: ByteString] {
        var values: [ByteString: ByteString] = [:]
        for item in given.items {
            guard let field = first(where: { $0.name == item.name }) else { throw unknown(item.name, "parameter") }
            // Of a name given twice the last value counts, whatever it is.
            values[item.name] = nil
            if case .freeText = field.shape, item.value.asciiTrimmed.isEmpty { continue }
            try field.shape.check(text: item.value, as: field.name)
            values[item.name] = item.value
        }
        return values
    }

    /// - Parameter path: what stands before the names: `members[2].`
    /// - Returns: the members that say something.
    /// - Throws: 400, with the name and where it stands.
    func check(body given: JSONObject, in path: ByteString = "") throws -> JSONFields {
        var members: [ByteString: JSONValue] = [:]
        for member in given.members {
            let (name, value) = (member.name, member.value)
            guard let field = first(where: { $0.name == name }) else { throw unknown("\(path)\(name)", "field") }
            // Of a member given twice the last value counts, whatever it is, as with the events of sockets.
            members[name] = nil
            guard !field.isNothing(value) else { continue }
            if value != .null || !field.isClearable { try field.shape.check(value, as: "\(path)\(name)") }
            members[name] = value
        }
        for field in self {
            guard case .required = field.need, members[field.name] == nil else { continue }
            let name = "\(path)\(field.name)"
            throw HTTPFailure.invalid("\(name) is missing.", field: name)
        }
        return JSONFields(members: members)
    }

    private func unknown(_ name: ByteString, _ kind: String) -> HTTPFailure {
        let short = name.prefix(atMost: 64).string
        return .invalid("There is no \(kind) \(short) here.", field: short)
    }
}

extension AdminField {
    fileprivate var isClearable: Bool { if case .clearable = need { true } else { false } }

    /// Whether a value is as good as none.
    fileprivate func isNothing(_ value: JSONValue) -> Bool {
        switch (need, value) {
        case (.clearable, _), (.changeable, _): false
        case (_, .null): true
        case (.optional, .string(let text)): shape.isFree && text.asciiTrimmed.isEmpty
        default: false
        }
    }
}

extension AdminShape {
    fileprivate func check(_ value: JSONValue, as name: ByteString) throws {
        switch (self, value) {
        case (.freeText, .string), (.boolean, .bool): return
        case (.text, .string(let text)): return try check(text: text, as: name)
        case (.integer(let range), _):
            if let number = value.wholeNumber, range.contains(number) { return }
        case (.choice(let words), .string(let text)):
            if words.contains(where: { ByteString($0) == text }) { return }
        case (.list(.object(let fields)), .array(let values)):
            for (place, value) in values.enumerated() {
                guard case .object(let object) = value else {
                    throw HTTPFailure.invalid("\(name)[\(place)] must be an object.", field: "\(name)[\(place)]")
                }
                _ = try fields.check(body: object, in: "\(name)[\(place)].")
            }
            return
        case (.list(let element), .array(let values)):
            for value in values { try element.check(value, as: name) }
            return
        case (.object(let fields), .object(let object)):
            _ = try fields.check(body: object, in: "\(name).")
            return
        default: break
        }
        throw HTTPFailure.invalid("\(name) must be \(description).", field: name.string)
    }

    /// The same for a parameter, whose value is text.
    fileprivate func check(text: ByteString, as name: ByteString) throws {
        switch self {
        case .integer(let range):
            if let number = Int64(text.string), range.contains(number) { return }
        case .choice(let words):
            if words.contains(where: { ByteString($0) == text }) { return }
        case .text:
            if !text.asciiTrimmed.isEmpty { return }
        default: return
        }
        throw HTTPFailure.invalid("\(name) must be \(description).", field: name.string)
    }

    fileprivate var isFree: Bool { if case .freeText = self { true } else { false } }

    private var description: String {
        switch self {
        case .freeText: "a string"
        case .text: "a string that is not empty"
        case .integer(let range) where range.upperBound == .max: "a whole number from \(range.lowerBound)"
        case .integer(let range): "a whole number from \(range.lowerBound) to \(range.upperBound)"
        case .boolean: "true or false"
        case .choice(let words): "one of " + words.joined(separator: ", ")
        case .list(.freeText): "a list of strings"
        case .list(.text): "a list of strings that are not empty"
        case .list(.object): "a list of objects"
        case .list: "a list"
        case .object: "an object"
        }
    }
}
