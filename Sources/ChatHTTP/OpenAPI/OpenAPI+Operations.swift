/// Figures, connections, backups and keys, as the description has them.
extension OpenAPI {
    /// Figures, connections, backups and keys: members of `paths`.
    static let operationsPaths = #"""
        "/admin/stats": {
         "get": {
          "summary": "Figures of the whole",
          "responses": {
           "200": {
            "description": "The figures",
            "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Stats"}}}
           },
           "401": {"$ref": "#/components/responses/Error"},
           "429": {"$ref": "#/components/responses/Error"}
          }
         }
        },
        "/admin/connections": {
         "get": {
          "summary": "List connected sockets",
          "parameters": [{"$ref": "#/components/parameters/limit"}, {"$ref": "#/components/parameters/after"}],
          "responses": {
           "200": {
            "description": "A page",
            "content": {
             "application/json": {
              "schema": {
               "type": "object",
               "properties": {
                "items": {"type": "array", "items": {"$ref": "#/components/schemas/Connection"}},
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
        "/admin/connections/{sid}": {
         "delete": {
          "summary": "End a session",
          "parameters": [{"name": "sid", "in": "path", "schema": {"type": "string"}, "required": true}],
          "responses": {
           "204": {"description": "Done"},
           "401": {"$ref": "#/components/responses/Error"},
           "429": {"$ref": "#/components/responses/Error"},
           "404": {"$ref": "#/components/responses/Error"}
          }
         }
        },
        "/admin/backup": {
         "get": {
          "summary": "A consistent copy of the database",
          "parameters": [
           {
            "name": "keys",
            "in": "query",
            "schema": {"type": "string", "enum": ["true", "false"], "default": "true"},
            "description": "false: without the signing keys"
           }
          ],
          "responses": {
           "200": {
            "description": "An SQLite file",
            "content": {"application/vnd.sqlite3": {"schema": {"type": "string", "format": "binary"}}}
           },
           "401": {"$ref": "#/components/responses/Error"},
           "429": {"$ref": "#/components/responses/Error"},
           "400": {"$ref": "#/components/responses/Error"},
           "503": {"$ref": "#/components/responses/Error"}
          }
         }
        },
        "/admin/keys/rotate": {
         "post": {
          "summary": "Make a new signing key; old tokens hold until they expire",
          "parameters": [
           {
            "name": "revoke",
            "in": "query",
            "schema": {"type": "string", "enum": ["true", "false"], "default": "false"},
            "description": "true: old tokens hold no more"
           }
          ],
          "responses": {
           "204": {"description": "Done"},
           "401": {"$ref": "#/components/responses/Error"},
           "429": {"$ref": "#/components/responses/Error"},
           "400": {"$ref": "#/components/responses/Error"},
           "409": {"$ref": "#/components/responses/Error"}
          }
         }
        },
        "/metrics": {
         "get": {
          "summary": "Figures for Prometheus",
          "responses": {
           "200": {
            "description": "Text format 0.0.4",
            "content": {"text/plain": {"schema": {"type": "string"}}}
           },
           "401": {"$ref": "#/components/responses/Error"},
           "429": {"$ref": "#/components/responses/Error"}
          }
         }
        }
        """#
}
