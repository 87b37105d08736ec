import ByteText
import ChatCore
import ChatWire
import JSON

extension WireShape {
    /// What is wrong with a value that should be of this shape; nothing may be there that is not described.
    func faults(of value: JSONValue, at place: String = "$") -> [String] {
        switch (self, value) {
        case (.string, .string), (.integer, .integer), (.boolean, .bool): return []
        case (.time, .string(let text)):
            return Timestamp(rfc3339: text.string) == nil ? ["\(place): \(text) is no time"] : []
        case (.choice(let choices), .string(let text)):
            return choices.contains(text.string) ? [] : ["\(place): \(text) is none of \(choices)"]
        case (.array(let element), .array(let values)):
            return values.enumerated().flatMap { element.faults(of: $0.element, at: "\(place)[\($0.offset)]") }
        case (.map(let element), .object(let object)):
            return object.members.flatMap { element.faults(of: $0.value, at: "\(place).\($0.name)") }
        case (.object(let fields), .object(let object)): return Self.faults(of: object, fields, at: place)
        case (.named(.change), .object): return []
        case (.named(let named), .object(let object)): return Self.faults(of: object, named.fields, at: place)
        case (.nullable, .null): return []
        case (.nullable(let shape), _): return shape.faults(of: value, at: place)
        default: return ["\(place) is \(value), not \(self)"]
        }
    }

    private static func faults(of object: JSONObject, _ fields: [WireField], at place: String) -> [String] {
        let names = Set(fields.map { ByteString($0.name) })
        var faults = object.members.filter { !names.contains($0.name) }.map { "\(place).\($0.name) is not described" }
        for field in fields {
            guard let value = object[ByteString(field.name)] else {
                if !field.isOptional { faults.append("\(place).\(field.name) is missing") }
                continue
            }
            faults += field.shape.faults(of: value, at: "\(place).\(field.name)")
        }
        return faults
    }

    /// Some value of the shape.
    var sample: JSONValue {
        switch self {
        case .string: "x"
        case .integer: 1
        case .boolean: true
        case .time: "2026-01-01T00:00:00.000Z"
        case .choice(let choices): .string(choices.first ?? "")
        case .array(let element): .array([element.sample])
        case .map(let element): ["x": element.sample]
        case .object(let fields): .object(Self.sample(of: fields))
        case .named(let named): .object(Self.sample(of: named.fields))
        case .nullable: nil
        }
    }

    static func sample(of fields: [WireField]) -> JSONObject {
        var object = JSONObject()
        for field in fields { object[ByteString(field.name)] = field.shape.sample }
        return object
    }

    /// A value of none of the described types.
    var wrong: JSONValue {
        switch self {
        case .string, .time, .choice, .named, .object, .map: 5
        case .integer, .boolean, .array: "x"
        case .nullable(let shape): shape.wrong
        }
    }
}
