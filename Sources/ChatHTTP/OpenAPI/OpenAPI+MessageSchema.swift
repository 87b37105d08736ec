/// The message, which clients get too.
extension OpenAPI {
    /// A member of `components.schemas`: CONTRACT section 3, "Message object".
    static let messageSchema = #"""
        "Message": {
         "type": "object",
         "properties": {
          "id": {"type": "string"},
          "chat_id": {"type": "string"},
          "seq": {"type": "integer"},
          "sender_id": {"type": ["string", "null"]},
          "sender": {
           "anyOf": [
            {
             "type": "object",
             "properties": {
              "id": {"type": "string"},
              "username": {"type": "string"},
              "display_name": {"type": ["string", "null"]},
              "avatar_url": {"type": ["string", "null"]}
             },
             "required": ["id", "username", "display_name", "avatar_url"]
            },
            {"type": "null"}
           ]
          },
          "content": {"type": "string"},
          "message_type": {"type": "string", "enum": ["text", "image", "file", "system"]},
          "created_at": {"type": "string", "format": "date-time"},
          "client_id": {"type": "string"},
          "reply_to": {
           "type": "object",
           "properties": {
            "id": {"type": "string"},
            "seq": {"type": "integer"},
            "sender_id": {"type": ["string", "null"]},
            "content": {"type": "string"}
           },
           "required": ["id", "seq", "sender_id", "content"]
          },
          "attachments": {
           "type": "array",
           "items": {
            "type": "object",
            "properties": {
             "id": {"type": "string"},
             "name": {"type": "string"},
             "size": {"type": "integer"},
             "mime_type": {"type": "string"},
             "url": {"type": "string"},
             "width": {"type": "integer"},
             "height": {"type": "integer"}
            },
            "required": ["id", "name", "size", "mime_type", "url"]
           }
          },
          "reactions": {
           "type": "object",
           "additionalProperties": {"type": "array", "items": {"type": "string"}}
          },
          "edited_at": {"type": "string", "format": "date-time"},
          "deleted_at": {"type": "string", "format": "date-time"}
         },
         "required": ["id", "chat_id", "seq", "sender_id", "sender", "content", "message_type", "created_at"]
        }
        """#
}
