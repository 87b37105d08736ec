import ByteText
import JSON

// What is on the wire as JSON Schema (draft 2020-12), as AsyncAPI 3.0 and OpenAPI 3.1 take it. Objects with a name
// are referred to below `#/components/schemas`.

extension WireShape {
    package var schema: JSONValue {
        switch self {
        case .string: ["type": "string"]
        case .integer: ["type": "integer"]
        case .boolean: ["type": "boolean"]
        case .time: ["type": "string", "format": "date-time"]
        case .choice(let values): ["type": "string", "enum": .array(values.map { .string($0) })]
        case .array(let element): ["type": "array", "items": element.schema]
        case .map(let value): ["type": "object", "additionalProperties": value.schema]
        case .object(let fields): .schema(of: fields)
        case .named(let object): ["$ref": .string("#/components/schemas/\(object.rawValue)")]
        case .nullable(let shape): ["oneOf": [shape.schema, ["type": "null"]]]
        }
    }
}

extension WireObject {
    package var schema: JSONValue {
        guard self == .change else { return .schema(of: fields, summary) }
        let names = ServerEventSignature.all.map { JSONValue.string($0.name) }
        return [
            "type": "object", "description": .string(summary),
            "properties": [
                "event": ["type": "string", "enum": .array(names)], "data": ["type": "object"],
            ],
            "required": ["event", "data"],
        ]
    }
}

extension JSONValue {
    /// The schema of an object with these members.
    package static func schema(of fields: [WireField], _ summary: String? = nil) -> JSONValue {
        var properties = JSONObject()
        for field in fields {
            var schema = field.shape.schema
            if let note = field.note, case .object(var members) = schema {
                members["description"] = .string(note)
                schema = .object(members)
            }
            properties[ByteString(field.name)] = schema
        }
        var object = JSONObject(["type": "object"])
        if let summary { object["description"] = .string(summary) }
        object["properties"] = .object(properties)
        let required = fields.filter { !$0.isOptional }.map { JSONValue.string($0.name) }
        if !required.isEmpty { object["required"] = .array(required) }
        return .object(object)
    }
}
