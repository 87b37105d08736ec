/// Users, as the description has them.
extension OpenAPI {
    /// Users: members of `paths`.
    static let usersPaths = #"""
        "/admin/users": {
         "post": {
          "summary": "Make a user",
          "requestBody": {
           "required": true,
           "content": {
            "application/json": {
             "schema": {
              "type": "object",
              "properties": {
               "username": {"type": "string"},
               "id": {"type": "string", "pattern": "^[!-~]{1,128}$"},
               "display_name": {"type": ["string", "null"]},
               "avatar_url": {"type": ["string", "null"]}
              },
              "required": ["username"]
             }
            }
           }
          },
          "responses": {
           "201": {
            "description": "The user",
            "content": {"application/json": {"schema": {"$ref": "#/components/schemas/User"}}}
           },
           "401": {"$ref": "#/components/responses/Error"},
           "429": {"$ref": "#/components/responses/Error"},
           "400": {"$ref": "#/components/responses/Error"},
           "409": {"$ref": "#/components/responses/Error"},
           "413": {"$ref": "#/components/responses/Error"},
           "415": {"$ref": "#/components/responses/Error"}
          }
         },
         "get": {
          "summary": "List users",
          "parameters": [
           {
            "name": "q",
            "in": "query",
            "schema": {"type": "string"},
            "description": "A part of username or display name"
           },
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
                "items": {"type": "array", "items": {"$ref": "#/components/schemas/User"}},
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
        "/admin/users/{id}": {
         "get": {
          "summary": "One user",
          "parameters": [{"name": "id", "in": "path", "schema": {"type": "string"}, "required": true}],
          "responses": {
           "200": {
            "description": "The user",
            "content": {"application/json": {"schema": {"$ref": "#/components/schemas/User"}}}
           },
           "401": {"$ref": "#/components/responses/Error"},
           "429": {"$ref": "#/components/responses/Error"},
           "404": {"$ref": "#/components/responses/Error"}
          }
         },
         "patch": {
          "summary": "Change a user; what is left out stays, null clears",
          "parameters": [{"name": "id", "in": "path", "schema": {"type": "string"}, "required": true}],
          "requestBody": {
           "required": true,
           "content": {
            "application/json": {
             "schema": {
              "type": "object",
              "properties": {
               "username": {"type": "string"},
               "display_name": {"type": ["string", "null"]},
               "avatar_url": {"type": ["string", "null"]}
              }
             }
            }
           }
          },
          "responses": {
           "200": {
            "description": "The user",
            "content": {"application/json": {"schema": {"$ref": "#/components/schemas/User"}}}
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
          "summary": "Delete a user; the messages stay as those of a deleted user",
          "parameters": [
           {"name": "id", "in": "path", "schema": {"type": "string"}, "required": true},
           {
            "name": "messages",
            "in": "query",
            "schema": {"type": "string", "enum": ["keep", "delete"], "default": "keep"},
            "description": "delete makes tombstones of the user's messages"
           }
          ],
          "responses": {
           "204": {"description": "Done"},
           "401": {"$ref": "#/components/responses/Error"},
           "429": {"$ref": "#/components/responses/Error"},
           "400": {"$ref": "#/components/responses/Error"},
           "404": {"$ref": "#/components/responses/Error"}
          }
         }
        },
        "/admin/users/{id}/block": {
         "post": {
          "summary": "Refuse the user and end the sessions",
          "parameters": [{"name": "id", "in": "path", "schema": {"type": "string"}, "required": true}],
          "responses": {
           "204": {"description": "Done"},
           "401": {"$ref": "#/components/responses/Error"},
           "429": {"$ref": "#/components/responses/Error"},
           "404": {"$ref": "#/components/responses/Error"}
          }
         }
        },
        "/admin/users/{id}/unblock": {
         "post": {
          "summary": "Admit the user again",
          "parameters": [{"name": "id", "in": "path", "schema": {"type": "string"}, "required": true}],
          "responses": {
           "204": {"description": "Done"},
           "401": {"$ref": "#/components/responses/Error"},
           "429": {"$ref": "#/components/responses/Error"},
           "404": {"$ref": "#/components/responses/Error"}
          }
         }
        },
        "/admin/users/{id}/disconnect": {
         "post": {
          "summary": "End the user's sessions",
          "parameters": [{"name": "id", "in": "path", "schema": {"type": "string"}, "required": true}],
          "responses": {
           "204": {"description": "Done"},
           "401": {"$ref": "#/components/responses/Error"},
           "429": {"$ref": "#/components/responses/Error"},
           "404": {"$ref": "#/components/responses/Error"}
          }
         }
        },
        "/admin/users/{id}/revoke-tokens": {
         "post": {
          "summary": "Revoke every token of the user issued up to now",
          "description": "Others' tokens are told by iat; one shown here before its iat is revoked, too.",
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
