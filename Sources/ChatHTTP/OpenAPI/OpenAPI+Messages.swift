/// Messages, as the description has them.
extension OpenAPI {
    /// Messages: members of `paths`.
    static let messagesPaths = #"""
        "/admin/chats/{id}/messages": {
         "get": {
          "summary": "List messages, ascending by seq",
          "parameters": [
           {"name": "id", "in": "path", "schema": {"type": "string"}, "required": true},
           {
            "name": "before",
            "in": "query",
            "schema": {"type": "integer"},
            "description": "The page that ends before this seq"
           },
           {
            "name": "after",
            "in": "query",
            "schema": {"type": "integer"},
            "description": "The page that begins after this seq; next of the page before"
           },
           {"$ref": "#/components/parameters/limit"}
          ],
          "responses": {
           "200": {
            "description": "A page",
            "content": {
             "application/json": {
              "schema": {
               "type": "object",
               "properties": {
                "items": {"type": "array", "items": {"$ref": "#/components/schemas/Message"}},
                "next": {"type": ["string", "null"]}
               },
               "required": ["items", "next"]
              }
             }
            }
           },
           "401": {"$ref": "#/components/responses/Error"},
           "429": {"$ref": "#/components/responses/Error"},
           "400": {"$ref": "#/components/responses/Error"},
           "404": {"$ref": "#/components/responses/Error"}
          }
         },
         "post": {
          "summary": "Send a message; without sender_id a system message",
          "parameters": [{"name": "id", "in": "path", "schema": {"type": "string"}, "required": true}],
          "requestBody": {
           "required": true,
           "content": {
            "application/json": {
             "schema": {
              "type": "object",
              "properties": {
               "content": {"type": "string"},
               "sender_id": {"type": "string"},
               "message_type": {"type": "string", "enum": ["text", "image", "file", "system"]}
              },
              "required": ["content"]
             }
            }
           }
          },
          "responses": {
           "201": {
            "description": "The message",
            "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Message"}}}
           },
           "401": {"$ref": "#/components/responses/Error"},
           "429": {"$ref": "#/components/responses/Error"},
           "400": {"$ref": "#/components/responses/Error"},
           "404": {"$ref": "#/components/responses/Error"},
           "409": {"$ref": "#/components/responses/Error"},
           "413": {"$ref": "#/components/responses/Error"},
           "415": {"$ref": "#/components/responses/Error"},
           "503": {"$ref": "#/components/responses/Error"}
          }
         }
        },
        "/admin/messages/{id}": {
         "delete": {
          "summary": "Make a tombstone of a message",
          "parameters": [{"name": "id", "in": "path", "schema": {"type": "string"}, "required": true}],
          "responses": {
           "204": {"description": "Done"},
           "401": {"$ref": "#/components/responses/Error"},
           "429": {"$ref": "#/components/responses/Error"},
           "404": {"$ref": "#/components/responses/Error"}
          }
         }
        }
        """#
}
