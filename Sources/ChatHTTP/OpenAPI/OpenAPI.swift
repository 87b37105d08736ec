/// The description of the admin endpoint, served at `/openapi.json`: put together from one file a resource, and
/// from the description of the objects. A test holds it against the routes.
enum OpenAPI {
    static let text = """
        {
        "openapi": "3.1.0",
        "info": {
         "title": "Parley admin endpoint",
         "version": "1",
         "description": "Users, tokens, chats, members and messages of a Parley appliance. An address has one \
        spelling: ids are percent-encoded whole, a slash in one is %2F. A Host that is neither an address, localhost \
        nor named by --admin-host is 421; a body without Content-Type: application/json is 415; after ten wrong keys \
        in a minute an address is answered 429, with Retry-After."
        },
        "security": [{"adminKey": []}],
        "paths": {
        \(paths.joined(separator: ",\n"))
        },
        "components": {
        \(sharedComponents),
        "schemas": {
        \(schemas.joined(separator: ",\n"))
        }
        }
        }
        """

    private static let paths = [
        usersPaths, tokensPaths, chatsPaths, membersPaths, messagesPaths, operationsPaths, openPaths,
    ]

    private static let schemas = [adminSchemas, sharedSchemas]
}
