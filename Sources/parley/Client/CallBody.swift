import ByteText
import JSON

/// The JSON object of a call, of what was given on the command line.
struct CallBody {
    private var object = JSONObject()

    /// Left out when it was not given.
    mutating func set(_ name: String, _ text: String?) { object[ByteString(name)] = text.map { .string($0) } }
    mutating func set(_ name: String, _ number: Int?) { object[ByteString(name)] = number.map { .integer(Int64($0)) } }
    mutating func set(_ name: String, _ texts: [String]) {
        object[ByteString(name)] = texts.isEmpty ? nil : .array(texts.map { .string($0) })
    }
    mutating func set(_ name: String, _ flag: Bool) { object[ByteString(name)] = flag ? .bool(true) : nil }

    /// Left out when it was not given; an empty text clears the field.
    mutating func change(_ name: String, _ text: String?) {
        object[ByteString(name)] = text.map { $0.isEmpty ? .null : .string($0) }
    }

    /// In the order of the names, so that a call is written in one way.
    func encoded() -> String {
        var sorted = object
        sorted.members.sort { $0.name < $1.name }
        return JSONValue.object(sorted).text
    }
}
