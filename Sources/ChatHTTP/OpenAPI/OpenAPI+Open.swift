/// What needs no key, as the description has it.
extension OpenAPI {
    /// What needs no key: members of `paths`.
    static let openPaths = #"""
        "/healthz": {
         "get": {
          "summary": "Whether the program runs",
          "responses": {
           "200": {
            "description": "It does",
            "content": {
             "application/json": {
              "schema": {"type": "object", "properties": {"status": {"const": "ok"}}, "required": ["status"]}
             }
            }
           }
          },
          "security": []
         }
        },
        "/readyz": {
         "get": {
          "summary": "Whether it can serve",
          "responses": {
           "200": {
            "description": "It can",
            "content": {
             "application/json": {
              "schema": {
               "type": "object",
               "properties": {"status": {"const": "ready"}},
               "required": ["status"]
              }
             }
            }
           },
           "503": {"$ref": "#/components/responses/Error"}
          },
          "security": []
         }
        },
        "/openapi.json": {
         "get": {
          "summary": "This description",
          "responses": {
           "200": {
            "description": "OpenAPI 3.1",
            "content": {"application/json": {"schema": {"type": "object"}}}
           }
          },
          "security": []
         }
        },
        "/asyncapi.json": {
         "get": {
          "summary": "The description of the Socket.IO events",
          "responses": {
           "200": {
            "description": "AsyncAPI 3.0",
            "content": {"application/json": {"schema": {"type": "object"}}}
           }
          },
          "security": []
         }
        },
        "/": {
         "get": {
          "summary": "The admin page",
          "responses": {
           "200": {"description": "A page", "content": {"text/html": {"schema": {"type": "string"}}}}
          },
          "security": []
         }
        }
        """#
}
