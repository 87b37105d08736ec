/// Members, as the description has them.
extension OpenAPI {
    /// Members: members of `paths`.
    static let membersPaths = #"""
        "/admin/chats/{id}/members": {
         "get": {
          "summary": "List members",
          "parameters": [
           {"name": "id", "in": "path", "schema": {"type": "string"}, "required": true},
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
                "items": {"type": "array", "items": {"$ref": "#/components/schemas/Member"}},
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
         }
        },
        "/admin/chats/{id}/members/{user_id}": {
         "put": {
          "summary": "Add a member, or change the role",
          "parameters": [
           {"name": "id", "in": "path", "schema": {"type": "string"}, "required": true},
           {"name": "user_id", "in": "path", "schema": {"type": "string"}, "required": true}
          ],
          "requestBody": {
           "required": false,
           "content": {
            "application/json": {
             "schema": {
              "type": "object",
              "properties": {"role": {"type": "string", "enum": ["owner", "admin", "member"]}}
             }
            }
           }
          },
          "responses": {
           "200": {
            "description": "The member",
            "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Member"}}}
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
         "delete": {
          "summary": "Remove a member",
          "parameters": [
           {"name": "id", "in": "path", "schema": {"type": "string"}, "required": true},
           {"name": "user_id", "in": "path", "schema": {"type": "string"}, "required": true}
          ],
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
