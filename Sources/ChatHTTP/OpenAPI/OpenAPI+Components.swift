/// What several calls have in common.
extension OpenAPI {
    /// Members of `components`, the schemas aside.
    static let sharedComponents = #"""
        "securitySchemes": {"adminKey": {"type": "http", "scheme": "bearer"}},
        "parameters": {
         "limit": {
          "name": "limit",
          "in": "query",
          "schema": {"type": "integer", "minimum": 1, "maximum": 200, "default": 50}
         },
         "after": {
          "name": "after",
          "in": "query",
          "schema": {"type": "string"},
          "description": "next of the page before"
         }
        },
        "responses": {
         "Error": {
          "description": "Why not",
          "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}
         }
        }
        """#
}
