import ByteText
import HTTPTypes
import JSON
import NIOCore

/// The description of the admin endpoint, served at `/openapi.json`: made of the calls as they are declared
/// (``AdminCall``), and of the description of the objects.
enum OpenAPI {
    static let text = """
        {
        "openapi": "3.1.0",
        "info": {
         "title": "Parley admin endpoint",
         "version": "1",
         "description": "Users, tokens, chats, members and messages of a Parley appliance. An address has one \
        spelling: ids are percent-encoded whole, a slash in one is %2F. A path names users by id alone; bodies and \
        queries name them by id or, where no such id is, by username. A field or a parameter that a call does not \
        know is 400, with its name; null and blanks are as good as nothing where a field may be left out. A Host that \
        is neither an address, localhost nor named by --admin-host is 421; a body without Content-Type: \
        application/json, or with a Content-Encoding, is 415; after ten wrong keys in a minute an address is answered \
        429, with Retry-After."
        },
        "security": [{"adminKey": []}],
        "paths": \(paths.text),
        "components": {
        \(sharedComponents),
        "schemas": {
        \([adminSchemas, sharedSchemas].joined(separator: ",\n"))
        }
        }
        }
        """

    private static var paths: JSONValue {
        var paths = JSONObject()
        for call in AdminCall.all {
            let path = ByteString(call.path)
            var operations = paths[path]?.object ?? JSONObject()
            operations[ByteString(call.method.rawValue).asciiLowercased] = .object(call.operation)
            paths[path] = .object(operations)
        }
        return .object(paths)
    }
}

extension AdminCall {
    /// The call as an Operation Object (OpenAPI 3.1 section 4.8.10).
    fileprivate var operation: JSONObject {
        var operation = JSONObject(["summary": .string(summary)])
        if let details { operation["description"] = .string(details) }
        let parameters = pathNames.map(Self.inPath) + query.map(\.parameter)
        if !parameters.isEmpty { operation["parameters"] = .array(parameters) }
        if !fields.isEmpty {
            operation["requestBody"] = [
                "required": .bool(fields.contains { $0.isRequired }),
                "content": ["application/json": ["schema": fields.schema]],
            ]
        }
        var responses = JSONObject()
        for answer in answers { responses[ByteString(String(answer.status))] = answer.response }
        for status in statuses.sorted() {
            responses[ByteString(String(status))] = ["$ref": "#/components/responses/Error"]
        }
        operation["responses"] = .object(responses)
        if isOpen { operation["security"] = [] }
        return operation
    }

    private var statuses: [Int] {
        if isOpen { return refusals }
        return [400, 401, 429] + (takesBody ? [413, 415] : []) + refusals
    }

    private static func inPath(_ name: String) -> JSONValue {
        ["name": .string(name), "in": "path", "schema": ["type": "string"], "required": true]
    }
}

extension AdminCall.Answer {
    fileprivate var status: Int {
        switch self {
        case .done: 204
        case .object(_, _, let status): status
        case .page, .content, .state: 200
        }
    }

    fileprivate var response: JSONValue {
        switch self {
        case .done(let summary): ["description": .string(summary)]
        case .object(let summary, let name, _): Self.json(summary, Self.reference(name))
        case .page(let name):
            Self.json(
                "A page",
                [
                    "type": "object",
                    "properties": [
                        "items": ["type": "array", "items": Self.reference(name)], "next": ["type": ["string", "null"]],
                    ], "required": ["items", "next"],
                ])
        case .content(let summary, let type, let isBinary):
            [
                "description": .string(summary),
                "content": .object(JSONObject([ByteString(type): ["schema": Self.schema(of: type, isBinary)]])),
            ]
        case .state(let summary, let word):
            Self.json(
                summary,
                ["type": "object", "properties": ["status": ["const": .string(word)]], "required": ["status"]])
        }
    }

    private static func json(_ summary: String, _ schema: JSONValue) -> JSONValue {
        ["description": .string(summary), "content": ["application/json": ["schema": schema]]]
    }

    private static func reference(_ name: String) -> JSONValue { ["$ref": .string("#/components/schemas/\(name)")] }

    private static func schema(of type: String, _ isBinary: Bool) -> JSONValue {
        if isBinary { return ["type": "string", "format": "binary"] }
        return ByteString(type) == "application/json" ? ["type": "object"] : ["type": "string"]
    }
}

extension AdminField {
    fileprivate var isRequired: Bool { if case .required = need { true } else { false } }

    fileprivate var parameter: JSONValue {
        var parameter = JSONObject(["name": .string(name), "in": "query", "schema": schema])
        if let note { parameter["description"] = .string(note) }
        return .object(parameter)
    }

    /// The schema of its value; `null` belongs to it where it means something.
    fileprivate var schema: JSONValue {
        var schema = shape.schema
        if case .clearable = need { schema["type"] = ["string", "null"] }
        // What stands in the declaration is JSON.
        if let standard { schema["default"] = try? JSONParser.parse(ByteBuffer(string: standard), .strict()).value }
        return .object(schema)
    }
}

extension [AdminField] {
    fileprivate var schema: JSONValue {
        var properties = JSONObject()
        for field in self {
            var schema = field.schema.object ?? JSONObject()
            if let note = field.note { schema["description"] = .string(note) }
            properties[field.name] = .object(schema)
        }
        var object = JSONObject(["type": "object", "properties": .object(properties), "additionalProperties": false])
        let required = filter(\.isRequired).map { JSONValue.string($0.name) }
        if !required.isEmpty { object["required"] = .array(required) }
        return .object(object)
    }
}

extension AdminShape {
    fileprivate var schema: JSONObject {
        switch self {
        case .freeText: return JSONObject(["type": "string"])
        case .text: return JSONObject(["type": "string", "minLength": 1])
        case .integer(let range):
            var schema = JSONObject(["type": "integer", "minimum": .integer(range.lowerBound)])
            if range.upperBound < .max { schema["maximum"] = .integer(range.upperBound) }
            return schema
        case .boolean: return JSONObject(["type": "boolean"])
        case .choice(let words): return JSONObject(["type": "string", "enum": .array(words.map { .string($0) })])
        case .list(let element): return JSONObject(["type": "array", "items": .object(element.schema)])
        case .object(let fields): return fields.schema.object ?? JSONObject()
        }
    }
}
