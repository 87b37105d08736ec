import ChatCore
import HTTPTypes
import Synchronization
import Testing

@Suite("Users and tokens at the admin endpoint")
struct AdminUserTests {
    @Test("A new user has every field, null where it has no value")
    func create() async throws {
        try await AdminBench.run { bench in
            let answer = try await bench.call(.post, "/admin/users", #"{"username":"alice"}"#)
            #expect(answer.status == 201)
            let user = try answer.object
            #expect(
                Set(user.keys) == [
                    "id", "username", "display_name", "avatar_url", "created_at", "last_seen_at", "status", "blocked",
                ])
            #expect(try answer.string("username") == "alice" && answer.string("status") == "offline")
            for name in ["display_name", "avatar_url", "last_seen_at"] { #expect(try answer.isNull(name), "\(name)") }
            #expect(try answer.object["blocked"] as? Bool == false)
            #expect(try answer.string("created_at").wholeMatch(of: /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/) != nil)
            #expect(try answer.string("id").count == 36)
        }
    }

    @Test("An id can be given; a second user of that id or name, in any case, is a conflict")
    func conflicts() async throws {
        try await AdminBench.run { bench in
            let first = try await bench.call(.post, "/admin/users", #"{"username":"alice","id":"u:1"}"#)
            #expect(try first.status == 201 && first.string("id") == "u:1")
            let name = try await bench.call(.post, "/admin/users", #"{"username":"ALICE"}"#)
            #expect(try name.status == 409 && name.error == "conflict:username")
            let id = try await bench.call(.post, "/admin/users", #"{"username":"bob","id":"u:1"}"#)
            #expect(try id.status == 409 && id.error == "conflict:id")
        }
    }

    @Test("A user is read, changed field by field, cleared by null, and deleted")
    func lifecycle() async throws {
        try await AdminBench.run { bench in
            _ = try await bench.call(.post, "/admin/users", #"{"username":"alice","id":"a b"}"#)
            _ = try await bench.call(
                .post, "/admin/users",
                #"{"username":"alice","id":"a","display_name":"Alice","avatar_url":"https://x/y"}"#)
            let renamed = try await bench.call(.patch, "/admin/users/a", #"{"display_name":null}"#)
            #expect(try renamed.status == 200 && renamed.isNull("display_name"))
            #expect(try renamed.string("avatar_url") == "https://x/y" && renamed.string("username") == "alice")
            let nameless = try await bench.call(.patch, "/admin/users/a", #"{"username":null}"#)
            #expect(try nameless.status == 400 && nameless.error == "invalid:username")
            #expect(try await bench.call(.get, "/admin/users/a").object["username"] as? String == "alice")
            let deleted = try await bench.call(.delete, "/admin/users/a")
            #expect(deleted.status == 204 && deleted.text.isEmpty)
            for (method, path) in [
                (HTTPRequest.Method.get, "/admin/users/a"), (.delete, "/admin/users/a"),
                (.post, "/admin/users/a/block"),
                (.post, "/admin/users/a/disconnect"), (.post, "/admin/users/a/revoke-tokens"),
            ] {
                let gone = try await bench.call(method, path)
                #expect(try gone.status == 404 && gone.error.hasPrefix("not_found"), "\(method) \(path)")
            }
            #expect(try await bench.call(.patch, "/admin/users/a", "{}").status == 404)
            #expect(try await bench.call(.delete, "/admin/users/a?messages=some").status == 400)
        }
    }

    @Test("Lists are paged, in the order of creation, and end with null")
    func paging() async throws {
        try await AdminBench.run { bench in
            for number in 1...5 { _ = try await bench.call(.post, "/admin/users", #"{"username":"user\#(number)"}"#) }
            var names: [String] = []
            var after: String?
            repeat {
                let page = try await bench.call(.get, "/admin/users?limit=2" + (after.map { "&after=\($0)" } ?? ""))
                names += try page.items.compactMap { $0["username"] as? String }
                after = try page.next
                if after == nil { #expect(try page.isNull("next")) }
            } while after != nil
            #expect(names == (1...5).map { "user\($0)" })
            let found = try await bench.call(.get, "/admin/users?q=SER3")
            #expect(try found.items.count == 1)
        }
    }

    @Test("Blocking, unblocking and disconnecting answer 204; the live side is asked to disconnect")
    func actions() async throws {
        try await AdminBench.run { bench in
            _ = try await bench.call(.post, "/admin/users", #"{"username":"alice","id":"a"}"#)
            bench.sessions.state.withLock { $0.online = [UserID("a")] }
            #expect(try await bench.call(.get, "/admin/users/a").string("status") == "online")
            #expect(try await bench.call(.post, "/admin/users/a/block").status == 204)
            #expect(try await bench.call(.get, "/admin/users/a").object["blocked"] as? Bool == true)
            #expect(try await bench.call(.post, "/admin/users/a/unblock").status == 204)
            #expect(try await bench.call(.get, "/admin/users/a").object["blocked"] as? Bool == false)
            #expect(try await bench.call(.post, "/admin/users/a/disconnect").status == 204)
            #expect(bench.sessions.state.withLock { $0.disconnectedUsers } == [UserID("a")])
        }
    }

    @Test("A token is issued by id, by name, or for a user made with it, for 30 days unless told otherwise")
    func tokens() async throws {
        try await AdminBench.run { bench in
            let unknown = try await bench.call(.post, "/admin/tokens", #"{"username":"alice"}"#)
            #expect(try unknown.status == 404 && unknown.error.hasPrefix("not_found"))
            let made = try await bench.call(
                .post, "/admin/tokens", #"{"username":"alice","create":true,"label":"phone"}"#)
            #expect(made.status == 201)
            #expect(try Set(made.object.keys) == ["token", "token_id", "user_id", "expires_at"])
            #expect(try made.string("token") == "signed.\(made.string("user_id")).alice")
            #expect(try made.string("expires_at") == "2026-03-02T12:00:00.000Z")
            let user = try made.string("user_id")
            let short = try await bench.call(.post, "/admin/tokens", #"{"user_id":"\#(user)","ttl_seconds":60}"#)
            #expect(try short.string("expires_at") == "2026-01-31T12:01:00.000Z")
            let list = try await bench.call(.get, "/admin/tokens?user_id=\(user)")
            #expect(try list.items.count == 2)
            let labels = try list.items.map { $0["label"] as? String }
            #expect(Set(labels) == ["phone", nil])
            let id = try made.string("token_id")
            #expect(try await bench.call(.delete, "/admin/tokens/\(id)").status == 204)
            let revoked = try await bench.call(.get, "/admin/tokens").items.first { $0["token_id"] as? String == id }
            #expect(revoked?["revoked_at"] is String)
            #expect(try await bench.call(.delete, "/admin/tokens/none").status == 404)
            #expect(try await bench.call(.get, "/admin/tokens?user_id=none").status == 404)
        }
    }
}
