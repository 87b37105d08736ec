import ChatCore
import HTTPTypes
import Testing

@Suite("Chats, members and messages at the admin endpoint")
struct AdminChatTests {
    private static func withUsers(_ body: @escaping @Sendable (AdminBench) async throws -> Void) async throws {
        try await AdminBench.run { bench in
            for name in ["alice", "bob", "carol"] {
                _ = try await bench.call(.post, "/admin/users", #"{"username":"\#(name)","id":"\#(name.prefix(1))"}"#)
            }
            try await body(bench)
        }
    }

    @Test("A chat is made with members by id or name, and has every field")
    func create() async throws {
        try await Self.withUsers { bench in
            let chat = try await bench.call(
                .post, "/admin/chats", #"{"id":"lobby","name":"Lobby","member_ids":["a","bob"]}"#)
            #expect(chat.status == 201)
            #expect(try Set(chat.object.keys) == ["id", "name", "type", "created_at", "member_count", "last_seq"])
            #expect(try chat.string("type") == "group" && chat.int("member_count") == 2 && chat.int("last_seq") == 0)
            let nameless = try await bench.call(.post, "/admin/chats", "{}")
            #expect(try nameless.status == 201 && nameless.isNull("name") && nameless.int("member_count") == 0)
            let again = try await bench.call(.post, "/admin/chats", #"{"id":"lobby"}"#)
            #expect(try again.status == 409 && again.error == "conflict:id")
            let nobody = try await bench.call(.post, "/admin/chats", #"{"member_ids":["nobody"]}"#)
            #expect(try nobody.error.hasSuffix(":member_ids"))
        }
    }

    @Test("A second direct chat of the same two is the first one, with 200")
    func direct() async throws {
        try await Self.withUsers { bench in
            let first = try await bench.call(.post, "/admin/chats", #"{"type":"direct","member_ids":["a","b"]}"#)
            let second = try await bench.call(.post, "/admin/chats", #"{"type":"direct","member_ids":["b","a"]}"#)
            #expect(first.status == 201 && second.status == 200)
            #expect(try first.string("id") == second.string("id"))
            #expect(try await bench.call(.post, "/admin/chats", #"{"type":"direct","member_ids":["a"]}"#).status == 400)
        }
    }

    @Test("A chat is read, renamed, listed and deleted")
    func lifecycle() async throws {
        try await Self.withUsers { bench in
            _ = try await bench.call(.post, "/admin/chats", #"{"id":"c","name":"One"}"#)
            #expect(try await bench.call(.patch, "/admin/chats/c", #"{"name":"Two"}"#).string("name") == "Two")
            #expect(try await bench.call(.patch, "/admin/chats/c", #"{"name":null}"#).isNull("name"))
            #expect(try await bench.call(.get, "/admin/chats/c").status == 200)
            #expect(try await bench.call(.get, "/admin/chats").items.count == 1)
            #expect(try await bench.call(.delete, "/admin/chats/c").status == 204)
            for (method, path) in [
                (HTTPRequest.Method.get, "/admin/chats/c"), (.delete, "/admin/chats/c"),
                (.get, "/admin/chats/c/members"), (.get, "/admin/chats/c/messages"), (.delete, "/admin/messages/none"),
            ] { #expect(try await bench.call(method, path).status == 404, "\(method) \(path)") }
        }
    }

    @Test("Members are put, listed, given a role and removed")
    func members() async throws {
        try await Self.withUsers { bench in
            _ = try await bench.call(.post, "/admin/chats", #"{"id":"c"}"#)
            let put = try await bench.call(.put, "/admin/chats/c/members/a")
            #expect(try put.status == 200 && Set(put.object.keys) == ["user_id", "username", "role", "joined_at"])
            let role = try await bench.call(.put, "/admin/chats/c/members/a", #"{"role":"admin"}"#)
            #expect(try role.string("role") == "admin")
            #expect(try await bench.call(.put, "/admin/chats/c/members/a", #"{"role":"king"}"#).error == "invalid:role")
            #expect(try await bench.call(.put, "/admin/chats/c/members/nobody").status == 404)
            #expect(try await bench.call(.put, "/admin/chats/none/members/a").status == 404)
            #expect(try await bench.call(.get, "/admin/chats/c/members").items.count == 1)
            #expect(try await bench.call(.delete, "/admin/chats/c/members/a").status == 204)
            #expect(try await bench.call(.delete, "/admin/chats/c/members/a").status == 404)
            #expect(try await bench.call(.get, "/admin/chats/c/members").items.isEmpty)
        }
    }

    @Test("Messages are sent as system or for a member, paged both ways, and made tombstones")
    func messages() async throws {
        try await Self.withUsers { bench in
            _ = try await bench.call(.post, "/admin/chats", #"{"id":"c","member_ids":["a"]}"#)
            let path = "/admin/chats/c/messages"
            let system = try await bench.call(.post, path, #"{"content":"Welcome \"all\" \n\u2028"}"#)
            #expect(try system.status == 201 && system.string("message_type") == "system")
            #expect(try system.isNull("sender_id") && system.isNull("sender"))
            #expect(try system.string("content") == "Welcome \"all\" \n\u{2028}" && system.int("seq") == 1)
            let text = try await bench.call(.post, path, #"{"content":"Hi","sender_id":"a"}"#)
            #expect(try text.string("message_type") == "text" && text.string("sender_id") == "a")
            let sender = try #require(try text.object["sender"] as? [String: any Sendable])
            #expect(Set(sender.keys) == ["id", "username", "display_name", "avatar_url"])
            for _ in 3...5 { _ = try await bench.call(.post, path, #"{"content":"more"}"#) }
            let first = try await bench.call(.get, path + "?limit=2")
            #expect(try first.items.compactMap { $0["seq"] as? Int } == [1, 2] && first.next == "2")
            let last = try await bench.call(.get, path + "?limit=3&after=2")
            #expect(try last.items.compactMap { $0["seq"] as? Int } == [3, 4, 5] && last.isNull("next"))
            let before = try await bench.call(.get, path + "?limit=2&before=5")
            #expect(try before.items.compactMap { $0["seq"] as? Int } == [3, 4])
            let id = try text.string("id")
            #expect(try await bench.call(.delete, "/admin/messages/\(id)").status == 204)
            let tombstone = try #require(try await bench.call(.get, path).items.dropFirst().first)
            #expect(tombstone["content"] as? String == "" && tombstone["deleted_at"] is String)
        }
    }

    @Test(
        "A message that cannot be sent says why",
        arguments: [
            (#"{}"#, 400, "invalid:content"), (#"{"content":""}"#, 400, "invalid:content"),
            (#"{"content":"x","sender_id":"nobody"}"#, 404, "not_found:sender_id"),
            (#"{"content":"x","sender_id":"b"}"#, 409, "conflict:sender_id"),
            (#"{"content":"x","message_type":"text"}"#, 400, "invalid:message_type"),
            (#"{"content":"x","sender_id":"a","message_type":"system"}"#, 400, "invalid:message_type"),
            (#"{"content":"x","sender_id":"a","message_type":"poem"}"#, 400, "invalid:message_type"),
        ])
    func badMessages(body: String, status: Int, error: String) async throws {
        try await Self.withUsers { bench in
            _ = try await bench.call(.post, "/admin/chats", #"{"id":"c","member_ids":["a"]}"#)
            let answer = try await bench.call(.post, "/admin/chats/c/messages", body)
            #expect(try answer.status == status && answer.error == error)
            #expect(try await bench.call(.post, "/admin/chats/none/messages", #"{"content":"x"}"#).status == 404)
        }
    }

    @Test("A chat is made with roles, and made again is the same; other content is a conflict")
    func roles() async throws {
        try await Self.withUsers { bench in
            let named = #"[{"user_id":"a","role":"owner"},{"user_id":"bob"}]"#
            let body = #"{"id":"c","member_ids":["carol"],"members":\#(named)}"#
            let chat = try await bench.call(.post, "/admin/chats", body)
            #expect(try chat.status == 201 && chat.int("member_count") == 3)
            let members = try await bench.call(.get, "/admin/chats/c/members").items
            let roles = try members.map { member in
                "\(try #require(member["user_id"] as? String)) \(try #require(member["role"] as? String))"
            }
            #expect(Set(roles) == ["a owner", "b member", "c member"])
            let again = try await bench.call(.post, "/admin/chats", body)
            #expect(again.status == 200 && again.text == chat.text)
            let other = try await bench.call(.post, "/admin/chats", #"{"id":"c","name":"Other"}"#)
            #expect(try other.status == 409 && other.error == "conflict:id")
            let nobody = try await bench.call(.post, "/admin/chats", #"{"members":[{"user_id":"nobody"}]}"#)
            #expect(try nobody.status == 404 && nobody.error == "not_found:members")
            let twice = try await bench.call(
                .post, "/admin/chats", #"{"members":[{"user_id":"a","role":"owner"},{"user_id":"a","role":"admin"}]}"#)
            #expect(try twice.status == 400 && twice.error == "invalid:members")
            #expect(try await bench.call(.get, "/admin/users/a/chats").items.map { $0["id"] as? String } == ["c"])
            #expect(try await bench.call(.get, "/admin/users/nobody/chats").status == 404)
        }
    }

    @Test("A message is sent exactly once, as an answer and by username; refusals name fields as this endpoint does")
    func exactlyOnce() async throws {
        try await Self.withUsers { bench in
            _ = try await bench.call(.post, "/admin/chats", #"{"id":"c","member_ids":["a"]}"#)
            let path = "/admin/chats/c/messages"
            for sender in ["", #""sender_id":"alice","#] {
                let first = try await bench.call(.post, path, #"{\#(sender)"content":"x","client_id":"k"}"#)
                let again = try await bench.call(.post, path, #"{\#(sender)"content":"x","client_id":"k"}"#)
                #expect(first.status == 201 && again.status == 200 && first.text == again.text)
                #expect(try first.string("client_id") == "k")
                let other = try await bench.call(.post, path, #"{\#(sender)"content":"y","client_id":"k"}"#)
                #expect(try other.status == 409 && other.error == "conflict:client_id")
                let wrong = try await bench.call(.post, path, #"{\#(sender)"content":"y","client_id":"a b"}"#)
                #expect(try wrong.status == 400 && wrong.error == "invalid:client_id")
                let answer = try await bench.call(
                    .post, path, #"{\#(sender)"content":"z","reply_to":"\#(try first.string("id"))"}"#)
                let quote = try #require(try answer.object["reply_to"] as? [String: any Sendable])
                #expect(try quote["seq"] as? Int == first.int("seq"))
                let none = try await bench.call(.post, path, #"{\#(sender)"content":"z","reply_to":"none"}"#)
                #expect(try none.status == 404 && none.error == "not_found:reply_to")
            }
            let file = try await bench.call(.post, path, #"{"sender_id":"a","content":"","attachment_ids":["none"]}"#)
            #expect(try file.status == 404 && file.error == "not_found:attachment_ids")
            let system = try await bench.call(.post, path, #"{"content":"x","attachment_ids":["none"]}"#)
            #expect(try system.status == 400 && system.error == "invalid:attachment_ids")
        }
    }

    @Test("An over-long message is refused")
    func tooLong() async throws {
        try await Self.withUsers { bench in
            _ = try await bench.call(.post, "/admin/chats", #"{"id":"c","member_ids":["a"]}"#)
            let body = #"{"content":"\#(String(repeating: "é", count: 5001))"}"#
            let answer = try await bench.call(.post, "/admin/chats/c/messages", body)
            #expect(try answer.status == 400 && answer.error == "invalid:content")
        }
    }
}
