/// Tokens, as the description has them.
extension OpenAPI {
    /// Tokens: members of `paths`.
    static let tokensPaths = #"""
        "/admin/tokens": {
         "post": {
          "summary": "Issue a token",
          "requestBody": {
           "required": true,
           "content": {
            "application/json": {
             "schema": {
              "type": "object",
              "properties": {
               "user_id": {"type": "string"},
               "username": {"type": "string"},
               "create": {"type": "boolean", "default": false, "description": "Make the user if there is none"},
               "ttl_seconds": {"type": "integer", "minimum": 1, "maximum": 315619200, "default": 2592000},
               "label": {"type": ["string", "null"]}
              }
             }
            }
           }
          },
          "responses": {
           "201": {
            "description": "The token; it is shown this once",
            "content": {"application/json": {"schema": {"$ref": "#/components/schemas/IssuedToken"}}}
           },
           "401": {"$ref": "#/components/responses/Error"},
           "429": {"$ref": "#/components/responses/Error"},
           "400": {"$ref": "#/components/responses/Error"},
           "404": {"$ref": "#/components/responses/Error"},
           "413": {"$ref": "#/components/responses/Error"},
           "415": {"$ref": "#/components/responses/Error"}
          }
         },
         "get": {
          "summary": "List tokens",
          "parameters": [
           {"name": "user_id", "in": "query", "schema": {"type": "string"}},
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
                "items": {"type": "array", "items": {"$ref": "#/components/schemas/Token"}},
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
        "/admin/tokens/{token_id}": {
         "delete": {
          "summary": "Revoke a token; its sessions are ended",
          "parameters": [{"name": "token_id", "in": "path", "schema": {"type": "string"}, "required": true}],
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
