/// The description of the admin endpoint, served at `/openapi.json`. A test holds it against the routes.
enum OpenAPI {
    static let text = #"""
        {
         "openapi": "3.1.0",
         "info": {
          "title": "Parley admin endpoint",
          "version": "1",
          "description": "Users, tokens, chats, members and messages of a Parley appliance."
         },
         "security": [{"adminKey": []}],
         "paths": {
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
                 "id": {"type": "string", "pattern": "^[A-Za-z0-9_.:-]{1,64}$"},
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
             "404": {"$ref": "#/components/responses/Error"}
            }
           }
          },
          "/admin/users/{id}/revoke-tokens": {
           "post": {
            "summary": "Revoke every token of the user issued up to now",
            "parameters": [{"name": "id", "in": "path", "schema": {"type": "string"}, "required": true}],
            "responses": {
             "204": {"description": "Done"},
             "401": {"$ref": "#/components/responses/Error"},
             "404": {"$ref": "#/components/responses/Error"}
            }
           }
          },
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
             "404": {"$ref": "#/components/responses/Error"}
            }
           }
          },
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
                 "id": {"type": "string", "pattern": "^[A-Za-z0-9_.:-]{1,64}$"},
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
             "404": {"$ref": "#/components/responses/Error"}
            }
           }
          },
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
             "404": {"$ref": "#/components/responses/Error"}
            }
           }
          },
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
             "404": {"$ref": "#/components/responses/Error"}
            }
           }
          },
          "/admin/stats": {
           "get": {
            "summary": "Figures of the whole",
            "responses": {
             "200": {
              "description": "The figures",
              "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Stats"}}}
             },
             "401": {"$ref": "#/components/responses/Error"}
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
             "401": {"$ref": "#/components/responses/Error"}
            }
           }
          },
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
          "/": {
           "get": {
            "summary": "The admin page",
            "responses": {
             "200": {"description": "A page", "content": {"text/html": {"schema": {"type": "string"}}}}
            },
            "security": []
           }
          }
         },
         "components": {
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
          },
          "schemas": {
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
           "User": {
            "type": "object",
            "properties": {
             "id": {"type": "string"},
             "username": {"type": "string"},
             "display_name": {"type": ["string", "null"]},
             "avatar_url": {"type": ["string", "null"]},
             "created_at": {"type": "string", "format": "date-time"},
             "last_seen_at": {"type": ["string", "null"], "format": "date-time"},
             "status": {"type": "string", "enum": ["online", "offline"]},
             "blocked": {"type": "boolean"}
            },
            "required": [
             "id",
             "username",
             "display_name",
             "avatar_url",
             "created_at",
             "last_seen_at",
             "status",
             "blocked"
            ]
           },
           "Chat": {
            "type": "object",
            "properties": {
             "id": {"type": "string"},
             "name": {"type": ["string", "null"]},
             "type": {"type": "string", "enum": ["group", "direct"]},
             "created_at": {"type": "string", "format": "date-time"},
             "member_count": {"type": "integer"},
             "last_seq": {"type": "integer"}
            },
            "required": ["id", "name", "type", "created_at", "member_count", "last_seq"]
           },
           "Member": {
            "type": "object",
            "properties": {
             "user_id": {"type": "string"},
             "username": {"type": "string"},
             "role": {"type": "string", "enum": ["owner", "admin", "member"]},
             "joined_at": {"type": "string", "format": "date-time"}
            },
            "required": ["user_id", "username", "role", "joined_at"]
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
           },
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
          }
         }
        }
        """#
}
