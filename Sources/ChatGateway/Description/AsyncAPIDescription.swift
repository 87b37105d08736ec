import ByteText
import ChatWire
import JSON

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
        for object in WireObject.allCases { schemas[ByteString(object.rawValue)] = object.schema }
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
        var payload = JSONValue.schema(of: signature.takes)
        if signature.isClosed, case .object(var members) = payload {
            members["additionalProperties"] = false
            payload = .object(members)
        }
        return ["name": .string(name), "summary": .string(signature.summary), "payload": payload]
    }

    private static func message(_ name: String, _ summary: String, _ shape: WireShape) -> JSONValue {
        ["name": .string(name), "summary": .string(summary), "payload": shape.schema]
    }

    private static func answer(_ fields: [WireField]) -> JSONValue {
        let done = JSONValue.schema(of: [.always("ok", .boolean)] + fields)
        let failed = JSONValue.schema(of: [.always("ok", .boolean), .always("error", .named(.error))])
        return ["oneOf": [done, failed]]
    }
}
