import HTTPTypes
import Testing

@Suite("Errors of the admin endpoint")
struct AdminErrorTests {
    @Test("A missing or wrong key is refused before anything is told, even whether the address exists")
    func unauthorized() async throws {
        try await AdminBench.run { bench in
            for path in ["/admin/users", "/admin/users/none", "/admin/none", "/admin", "/metrics", "/admin/stats"] {
                for key in [nil, "", "wrong", AdminBench.key + "x", String(AdminBench.key.dropLast())] {
                    let answer = try await bench.call(.get, path, key: key, from: AdminBench.newAddress())
                    #expect(answer.status == 401 && answer.headers[.wwwAuthenticate] == "Bearer")
                    #expect(try answer.error == "unauthorized")
                }
            }
            #expect(try await bench.call(.post, "/admin/users", "{", key: "wrong").status == 401)
            #expect(try await bench.call(.get, "/admin/users").status == 200)
        }
    }

    @Test("The open addresses need no key")
    func open() async throws {
        try await AdminBench.run { bench in
            for path in ["/healthz", "/readyz", "/openapi.json", "/"] {
                let answer = try await bench.call(.get, path, key: nil)
                #expect(answer.status == 200, "\(path)")
            }
        }
    }

    @Test("What is not there is not_found; a wrong method is told the right ones")
    func notFoundAndMethods() async throws {
        try await AdminBench.run { bench in
            for path in ["/nothing", "/admin/nothing", "/admin/users/a/b/c", "/admin/messages"] {
                let answer = try await bench.call(.get, path)
                #expect(try answer.status == 404 && answer.error == "not_found", "\(path)")
            }
            let users = try await bench.call(.put, "/admin/users")
            #expect(try users.status == 405 && users.error == "method_not_allowed")
            #expect(users.headers[.allow] == "POST, GET, HEAD")
            let user = try await bench.call(.post, "/admin/users/x")
            #expect(user.status == 405 && user.headers[.allow] == "GET, HEAD, PATCH, DELETE")
            #expect(try await bench.call(.delete, "/healthz", key: nil).status == 405)
        }
    }

    @Test("A body that is no JSON, no object, too long or of another type is refused")
    func bodies() async throws {
        try await AdminBench.run { bench in
            for body in ["{", "[]", "null", "\"x\"", "{\"username\":}", "\u{0}"] {
                let answer = try await bench.call(.post, "/admin/users", body)
                #expect(try answer.status == 400 && answer.error == "invalid", "\(body)")
            }
            let form = try await bench.call(
                .post, "/admin/users", "username=a", type: "application/x-www-form-urlencoded")
            #expect(try form.status == 415 && form.error == "unsupported_media_type")
            let long = "{\"username\":\"a\",\"x\":\"\(String(repeating: "x", count: 1 << 20))\"}"
            let tooLong = try await bench.call(.post, "/admin/users", long)
            #expect(try tooLong.status == 413 && tooLong.error == "payload_too_large")
            let charset = try await bench.call(
                .post, "/admin/users", "{\"username\":\"a\"}", type: "application/json; charset=utf-8")
            #expect(charset.status == 201)
            #expect(try await bench.call(.post, "/admin/users", "{\"username\":\"b\"}", type: nil).status == 415)
        }
    }

    @Test(
        "A wrong field is named",
        arguments: [
            ("/admin/users", "{}", "invalid:username"),
            ("/admin/users", #"{"username":null}"#, "invalid:username"),
            ("/admin/users", #"{"username":5}"#, "invalid:username"),
            ("/admin/users", #"{"username":""}"#, "invalid:username"),
            ("/admin/users", #"{"username":"a","id":"no blanks"}"#, "invalid:id"),
            ("/admin/users", #"{"username":"a","display_name":[]}"#, "invalid:display_name"),
            ("/admin/tokens", "{}", "invalid:user_id"),
            ("/admin/tokens", #"{"user_id":"a","username":"a"}"#, "invalid:username"),
            ("/admin/tokens", #"{"user_id":"a","ttl_seconds":0}"#, "invalid:ttl_seconds"),
            ("/admin/tokens", #"{"user_id":"a","ttl_seconds":"1"}"#, "invalid:ttl_seconds"),
            ("/admin/tokens", #"{"user_id":"a","ttl_seconds":400000000}"#, "invalid:ttl_seconds"),
            ("/admin/tokens", #"{"user_id":"a","create":"yes"}"#, "invalid:create"),
            ("/admin/chats", #"{"type":"club"}"#, "invalid:type"),
            ("/admin/chats", #"{"id":"a b"}"#, "invalid:id"),
            ("/admin/chats", #"{"member_ids":"a"}"#, "invalid:member_ids"),
            ("/admin/chats", #"{"member_ids":[1]}"#, "invalid:member_ids"),
        ])
    func fields(path: String, body: String, error: String) async throws {
        try await AdminBench.run { bench in
            let answer = try await bench.call(.post, path, body)
            #expect(try answer.status == 400 && answer.error == error)
        }
    }

    @Test(
        "A wrong part of the query is named",
        arguments: [
            ("/admin/users?limit=0", "invalid:limit"), ("/admin/users?limit=201", "invalid:limit"),
            ("/admin/users?limit=x", "invalid:limit"), ("/admin/users?limit=", "invalid:limit"),
            ("/admin/connections?limit=-1", "invalid:limit"), ("/admin/chats/c/messages?before=x", "invalid:before"),
            ("/admin/chats/c/messages?before=1&after=1", "invalid:before"),
            ("/admin/users?after=!!", "invalid:after"),
        ])
    func queries(path: String, error: String) async throws {
        try await AdminBench.run { bench in
            let answer = try await bench.call(.get, path)
            #expect(try answer.status == 400 && answer.error == error)
        }
    }
}
