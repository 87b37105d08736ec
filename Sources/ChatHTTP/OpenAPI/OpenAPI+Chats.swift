/// Chats, as the description has them.
extension OpenAPI {
    /// Chats: members of `paths`.
    static let chatsPaths = #"""
        "/admin/chats": {
         "post": {
          "summary": "Make a chat",
          "requestBody": {
           "required": true,
           "content": {
            "application/json": {
             "schema": {
              "type": "object",
              "properties": {
               "name": {"type": ["string", "null"]},
               "id": {"type": "string", "pattern": "^[!-~]{1,128}$"},
               "type": {"type": "string", "enum": ["group", "direct"], "default": "group"},
               "member_ids": {
                "type": "array",
                "items": {"type": "string"},
                "description": "User ids or usernames"
               }
              }
             }
            }
           }
          },
          "responses": {
           "201": {
            "description": "The chat",
            "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Chat"}}}
           },
           "200": {
            "description": "The direct chat of the two that is there already",
            "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Chat"}}}
           },
           "401": {"$ref": "#/components/responses/Error"},
           "429": {"$ref": "#/components/responses/Error"},
           "400": {"$ref": "#/components/responses/Error"},
           "404": {"$ref": "#/components/responses/Error"},
           "409": {"$ref": "#/components/responses/Error"},
           "413": {"$ref": "#/components/responses/Error"},
           "415": {"$ref": "#/components/responses/Error"}
          }
         },
         "get": {
          "summary": "List chats",
          "parameters": [
           {"name": "q", "in": "query", "schema": {"type": "string"}, "description": "A part of the name"},
           {"$ref": "#/components/parameters/limit"},
           {"$ref": "#/components/parameters/after"}
          ],
          "responses": {
           "200": {
            "description": "A page",
            "content": {
             "application/json": {
              "schema": {
               "type": "object",
               "properties": {
                "items": {"type": "array", "items": {"$ref": "#/components/schemas/Chat"}},
                "next": {"type": ["string", "null"]}
               },
               "required": ["items", "next"]
              }
             }
            }
           },
           "401": {"$ref": "#/components/responses/Error"},
           "429": {"$ref": "#/components/responses/Error"},
           "400": {"$ref": "#/components/responses/Error"}
          }
         }
        },
        "/admin/chats/{id}": {
         "get": {
          "summary": "One chat",
          "parameters": [{"name": "id", "in": "path", "schema": {"type": "string"}, "required": true}],
          "responses": {
           "200": {
            "description": "The chat",
            "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Chat"}}}
           },
           "401": {"$ref": "#/components/responses/Error"},
           "429": {"$ref": "#/components/responses/Error"},
           "404": {"$ref": "#/components/responses/Error"}
          }
         },
         "patch": {
          "summary": "Rename a chat",
          "parameters": [{"name": "id", "in": "path", "schema": {"type": "string"}, "required": true}],
          "requestBody": {
           "required": true,
           "content": {
            "application/json": {
             "schema": {"type": "object", "properties": {"name": {"type": ["string", "null"]}}}
            }
           }
          },
          "responses": {
           "200": {
            "description": "The chat",
            "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Chat"}}}
           },
           "401": {"$ref": "#/components/responses/Error"},
           "429": {"$ref": "#/components/responses/Error"},
           "400": {"$ref": "#/components/responses/Error"},
           "404": {"$ref": "#/components/responses/Error"},
           "413": {"$ref": "#/components/responses/Error"},
           "415": {"$ref": "#/components/responses/Error"}
          }
         },
         "delete": {
          "summary": "Delete a chat",
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
