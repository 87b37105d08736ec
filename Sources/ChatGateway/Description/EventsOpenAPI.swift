import ByteText
import ChatWire
import JSON

/// Writes the events as they are had over HTTP, as an OpenAPI 3.1 document: an operation an event, made of the same
/// signatures as ``AsyncAPIDescription``.
struct EventsOpenAPI {
    let text: String

    init(version: String) {
        var paths = JSONObject()
        for event in ClientEvents.all where !(event is any SessionEvent.Type) {
            paths[ByteString("/api/" + event.name)] = ["post": Self.operation(event)]
        }
        var schemas = JSONObject()
        for object in WireObject.allCases { schemas[ByteString(object.rawValue)] = object.schema }
        let document: JSONValue = [
            "openapi": "3.1.0",
            "info": [
                "title": "Parley events over HTTP", "version": .string(version), "description": .string(Self.about),
            ],
            "security": [["userToken": []]], "paths": .object(paths),
            "components": [
                "securitySchemes": ["userToken": ["type": "http", "scheme": "bearer", "bearerFormat": "JWT"]],
                "responses": ["Refusal": Self.refusal], "schemas": .object(schemas),
            ],
        ]
        text = document.text + "\n"
    }

    private static let about = """
        What a Socket.IO client asks by an event, asked by a request: the event's object is the body, its ack the \
        answer. Sockets are told as ever. Rates are the user's, the same as on sockets; a clientId makes a send that \
        is repeated the first one. A refusal is the ack that a socket would get, under its status.
        """

    /// The statuses of refusals.
    private static let statuses = [400, 401, 403, 404, 408, 409, 413, 415, 429, 500, 503, 507]

    private static func operation(_ event: any ClientEvent.Type) -> JSONValue {
        let signature = event.signature
        var body = JSONValue.schema(of: signature.takes)
        if signature.isClosed, case .object(var members) = body {
            members["additionalProperties"] = false
            body = .object(members)
        }
        var responses = JSONObject()
        let answer = JSONValue.schema(of: [.always("ok", .boolean)] + signature.answers)
        responses["200"] = ["description": "Done.", "content": ["application/json": ["schema": answer]]]
        for status in statuses {
            responses[ByteString(String(status))] = ["$ref": "#/components/responses/Refusal"]
        }
        return [
            "operationId": .string(event.name), "summary": .string(signature.summary),
            "requestBody": [
                "required": .bool(signature.takes.contains { !$0.isOptional }),
                "content": ["application/json": ["schema": body]],
            ],
            "responses": .object(responses),
        ]
    }

    private static let refusal: JSONValue = [
        "description": "Refused; 429 and 503 say in Retry-After when to ask again.",
        "content": [
            "application/json": ["schema": .schema(of: [.always("ok", .boolean), .always("error", .named(.error))])]
        ],
    ]
}
