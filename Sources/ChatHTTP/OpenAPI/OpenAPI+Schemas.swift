import ChatWire
import JSON

/// The objects that calls give and take.
extension OpenAPI {
    /// Members of `components.schemas`: what clients get too, as its one description has it.
    static var sharedSchemas: String {
        let objects: [WireObject] = [.userCard, .user, .chat, .chatListItem, .quote, .attachment, .message]
        let named = objects.map { ($0.rawValue, $0.schema) } + [("Member", .schema(of: WireObject.plainMember))]
        return named.map { #""\#($0)": \#($1.text)"# }.joined(separator: ",\n")
    }

    /// Members of `components.schemas`: what only the operator gets.
    static let adminSchemas = #"""
        "Error": {
         "type": "object",
         "properties": {
          "error": {
           "type": "object",
           "properties": {
            "code": {
             "type": "string",
             "enum": [
              "invalid",
              "unauthorized",
              "not_found",
              "method_not_allowed",
              "conflict",
              "payload_too_large",
              "unsupported_media_type",
              "rate_limited",
              "unavailable",
              "internal"
             ]
            },
            "message": {"type": "string"},
            "field": {"type": "string"}
           },
           "required": ["code", "message"]
          }
         },
         "required": ["error"]
        },
        "IssuedToken": {
         "type": "object",
         "properties": {
          "token": {"type": "string"},
          "token_id": {"type": "string"},
          "user_id": {"type": "string"},
          "expires_at": {"type": "string", "format": "date-time"}
         },
         "required": ["token", "token_id", "user_id", "expires_at"]
        },
        "Token": {
         "type": "object",
         "properties": {
          "token_id": {"type": "string"},
          "user_id": {"type": "string"},
          "label": {"type": ["string", "null"]},
          "created_at": {"type": "string", "format": "date-time"},
          "expires_at": {"type": "string", "format": "date-time"},
          "revoked_at": {"type": ["string", "null"], "format": "date-time"}
         },
         "required": ["token_id", "user_id", "label", "created_at", "expires_at", "revoked_at"]
        },
        "Connection": {
         "type": "object",
         "properties": {
          "sid": {"type": "string"},
          "user_id": {"type": "string"},
          "address": {"type": "string"},
          "transport": {"type": "string", "enum": ["polling", "websocket"]},
          "connected_at": {"type": "string", "format": "date-time"},
          "user_agent": {"type": ["string", "null"]}
         },
         "required": ["sid", "user_id", "address", "transport", "connected_at", "user_agent"]
        },
        "Stats": {
         "type": "object",
         "properties": {
          "version": {"type": "string"},
          "started_at": {"type": "string", "format": "date-time"},
          "connections": {"type": "integer"},
          "users": {"type": "integer"},
          "chats": {"type": "integer"},
          "messages": {"type": "integer"},
          "file_bytes": {"type": "integer"},
          "memory_bytes": {"type": ["integer", "null"]}
         },
         "required": [
          "version",
          "started_at",
          "connections",
          "users",
          "chats",
          "messages",
          "file_bytes",
          "memory_bytes"
         ]
        }
        """#
}
