import ByteText
import NIOCore
import SocketIO

/// Writes the events as an AsyncAPI 3.0 document: one channel, the namespace `/`; an operation an event, seen from the
/// server; the ack as the operation's reply.
struct AsyncAPIDescription {
    let text: String

    init(version: String) {
        var messages = JSONObject()
        var operations = JSONObject()
        for event in ClientEvents.all {
            let signature = event.signature
            let ack = event.name + ":ack"
            messages[ByteString(event.name)] = Self.message(event.name, signature)
            messages[ByteString(ack)] = [
                "name": .string(ack), "summary": .string("The ack of \(event.name)."),
                "payload": Self.answer(signature.answers),
            ]
            operations[ByteString(event.name)] = [
                "action": "receive", "summary": .string(signature.summary), "channel": Self.channel,
                "messages": [Self.reference(to: event.name)],
                "reply": ["channel": Self.channel, "messages": [Self.reference(to: ack)]],
            ]
        }
        // Some events go both ways under one name, with other arguments.
        for event in ServerEventSignature.all {
            let key = event.name + ":told"
            messages[ByteString(key)] = Self.message(event.name, event.summary, event.argument)
            operations[ByteString(key)] = [
                "action": "send", "summary": .string(event.summary), "channel": Self.channel,
                "messages": [Self.reference(to: key)],
            ]
        }
        var schemas = JSONObject()
        for object in WireObject.allCases { schemas[ByteString(object.rawValue)] = Self.schema(of: object) }
        let document: JSONValue = [
            "asyncapi": "3.0.0",
            "info": [
                "title": "Parley", "version": .string(version),
                "description":
                    "The Socket.IO 4 events of a Parley appliance, on its public listener. TypeScript: /parley.d.ts.",
            ],
            "defaultContentType": "application/json",
            "channels": ["events": ["address": "/socket.io/", "messages": .object(messages)]],
            "operations": .object(operations), "components": ["schemas": .object(schemas)],
        ]
        text = document.text + "\n"
    }

    private static let channel: JSONValue = ["$ref": "#/channels/events"]

    private static func reference(to message: String) -> JSONValue {
        // A slash would have to be escaped; no event has one.
        ["$ref": .string("#/channels/events/messages/\(message)")]
    }

    private static func message(_ name: String, _ signature: ClientEventSignature) -> JSONValue {
        var payload = objectSchema(signature.takes)
        if signature.isClosed, case .object(var members) = payload {
            members["additionalProperties"] = false
            payload = .object(members)
        }
        return ["name": .string(name), "summary": .string(signature.summary), "payload": payload]
    }

    private static func message(_ name: String, _ summary: String, _ shape: WireShape) -> JSONValue {
        ["name": .string(name), "summary": .string(summary), "payload": schema(shape)]
    }

    private static func answer(_ fields: [WireField]) -> JSONValue {
        let done = objectSchema([.always("ok", .boolean)] + fields)
        let failed = objectSchema([.always("ok", .boolean), .always("error", .named(.error))])
        return ["oneOf": [done, failed]]
    }

    private static func schema(of object: WireObject) -> JSONValue {
        guard object == .change else { return objectSchema(object.fields, object.summary) }
        let names = ServerEventSignature.all.map { JSONValue.string($0.name) }
        return [
            "type": "object", "description": .string(object.summary),
            "properties": [
                "event": ["type": "string", "enum": .array(names)], "data": ["type": "object"],
            ],
            "required": ["event", "data"],
        ]
    }

    private static func schema(_ shape: WireShape) -> JSONValue {
        switch shape {
        case .string: ["type": "string"]
        case .integer: ["type": "integer"]
        case .boolean: ["type": "boolean"]
        case .time: ["type": "string", "format": "date-time"]
        case .choice(let values): ["type": "string", "enum": .array(values.map { .string($0) })]
        case .array(let element): ["type": "array", "items": schema(element)]
        case .map(let value): ["type": "object", "additionalProperties": schema(value)]
        case .object(let fields): objectSchema(fields)
        case .named(let object): ["$ref": .string("#/components/schemas/\(object.rawValue)")]
        case .nullable(let shape): ["oneOf": [schema(shape), ["type": "null"]]]
        }
    }

    private static func objectSchema(_ fields: [WireField], _ summary: String? = nil) -> JSONValue {
        var properties = JSONObject()
        for field in fields {
            var schema = schema(field.shape)
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
