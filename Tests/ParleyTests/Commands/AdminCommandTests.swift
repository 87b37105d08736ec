import ArgumentParser
import Foundation
import NIOCore
import Testing

@testable import parley

@Suite("Commands that call the admin endpoint")
struct AdminCommandTests {
    /// An endpoint that knows every user that is asked for by the id it has been called by.
    private static let users = UserLookup { call in
        let id = call.path.split(separator: "/").last?.removingPercentEncoding ?? ""
        let body = try JSONEncoder().encode(["id": id])
        return AdminClient.Answer(status: 200, body: ByteBuffer(bytes: body))
    }

    private static func call(_ line: String) async throws -> AdminCall {
        let command = try ParleyCommand.parseAsRoot(line.split(separator: " ").map(String.init))
        return try await #require(command as? any AdminCommand, "\(line)").call(users)
    }

    @Test(
        "Each command line is one call",
        arguments: [
            ("user create alice", "POST /admin/users", #"{"username":"alice"}"#),
            (
                "user create alice --id a --display-name A --avatar-url u", "POST /admin/users",
                #"{"avatar_url":"u","display_name":"A","id":"a","username":"alice"}"#
            ),
            ("user list --find a&b --limit 2 --after x", "GET /admin/users?q=a%26b&limit=2&after=x", nil),
            ("user show a/b", "GET /admin/users/a%2Fb", nil),
            ("user update a --username b", "PATCH /admin/users/a", #"{"username":"b"}"#),
            ("user delete a", "DELETE /admin/users/a", nil),
            ("user delete a --messages", "DELETE /admin/users/a?messages=delete", nil),
            ("user block a", "POST /admin/users/a/block", nil),
            ("user unblock a", "POST /admin/users/a/unblock", nil),
            ("user disconnect a", "POST /admin/users/a/disconnect", nil),
            ("user revoke-tokens a", "POST /admin/users/a/revoke-tokens", nil),
            ("token create alice", "POST /admin/tokens", #"{"user_id":"alice"}"#),
            ("token issue alice", "POST /admin/tokens", #"{"user_id":"alice"}"#),
            (
                "token issue a --by-id --create --ttl 60 --label l", "POST /admin/tokens",
                #"{"create":true,"label":"l","ttl_seconds":60,"user_id":"a"}"#
            ),
            ("token create a --ttl 30d", "POST /admin/tokens", #"{"ttl_seconds":2592000,"user_id":"a"}"#),
            ("token list --user-id a", "GET /admin/tokens?user_id=a", nil),
            ("token list --user a", "GET /admin/tokens?user_id=a", nil),
            ("token revoke t", "DELETE /admin/tokens/t", nil),
            (
                "chat create Lobby --id l --member a --member b", "POST /admin/chats",
                #"{"id":"l","member_ids":["a","b"],"name":"Lobby"}"#
            ),
            (
                "chat create --direct --member a --member b", "POST /admin/chats",
                #"{"member_ids":["a","b"],"type":"direct"}"#
            ),
            ("chat list", "GET /admin/chats", nil),
            ("chat show c", "GET /admin/chats/c", nil),
            ("chat rename c New", "PATCH /admin/chats/c", #"{"name":"New"}"#),
            ("chat delete c", "DELETE /admin/chats/c", nil),
            ("chat members c --limit 1", "GET /admin/chats/c/members?limit=1", nil),
            ("chat add c u --role admin", "PUT /admin/chats/c/members/u", #"{"role":"admin"}"#),
            ("chat remove c u", "DELETE /admin/chats/c/members/u", nil),
            ("chat messages c --before 9", "GET /admin/chats/c/messages?before=9", nil),
            ("chat messages c", "GET /admin/chats/c/messages?before=9223372036854775807", nil),
            ("chat messages c --after 0 --limit 3", "GET /admin/chats/c/messages?limit=3&after=0", nil),
            ("message list c --before 9", "GET /admin/chats/c/messages?before=9", nil),
            ("message send c Hi --sender u", "POST /admin/chats/c/messages", #"{"content":"Hi","sender_id":"u"}"#),
            ("message delete m", "DELETE /admin/messages/m", nil),
            ("stats", "GET /admin/stats", nil),
            ("connection list --limit 2", "GET /admin/connections?limit=2", nil),
            ("connection disconnect s/1", "DELETE /admin/connections/s%2F1", nil),
            ("key rotate", "POST /admin/keys/rotate", nil),
            ("key rotate --revoke", "POST /admin/keys/rotate?revoke=true", nil),
            ("chat send c Hi", "POST /admin/chats/c/messages", #"{"content":"Hi"}"#),
            ("chat send c Hi --sender u", "POST /admin/chats/c/messages", #"{"content":"Hi","sender_id":"u"}"#),
            ("chat delete-message m", "DELETE /admin/messages/m", nil),
        ])
    func calls(line: String, request: String, body: String?) async throws {
        let call = try await Self.call(line)
        #expect("\(call.method.rawValue) \(call.path)" == request)
        #expect(call.body == body)
    }

    @Test("An empty text clears a field")
    func clearing() async throws {
        let command = try ParleyCommand.parseAsRoot(["user", "update", "a", "--display-name", ""])
        #expect(try await (command as? UserUpdate)?.call(Self.users).body == #"{"display_name":null}"#)
    }

    @Test("Without a command it serves; a wrong command line is a usage error")
    func commandLine() throws {
        #expect(try ParleyCommand.parseAsRoot([]) is ServeCommand)
        #expect(try ParleyCommand.parseAsRoot(["--listen", "x"]) is ServeCommand)
        for line in [["user", "bogus"], ["bogus"], ["user", "show"], ["serve", "--bogus"]] {
            do {
                _ = try ParleyCommand.parseAsRoot(line)
                Issue.record("\(line) was taken")
            } catch {
                #expect(ParleyCommand.exitCode(for: error).rawValue == ExitStatus.usage.rawValue)
            }
        }
    }

    @Test(
        "A switch may stand alone, with a value, or with no- before it",
        arguments: [
            ("--auto-create-users", "true"), ("--auto-create-users=yes", "yes"), ("--auto-create-users off", "off"),
            ("--no-auto-create-users", "false"), ("--auto-create-users --data d", "true"),
        ])
    func switches(line: String, value: String) throws {
        let words = ["serve"] + line.split(separator: " ").map(String.init)
        let serve = try #require(try ParleyCommand.parseAsRoot(words) as? ServeCommand)
        #expect(serve.options.values[.autoCreateUsers] == [value])
    }

    @Test("Every setting but the switches is an option of serve, under its own name", arguments: Setting.allCases)
    func serveOptions(setting: Setting) throws {
        let isSwitch = setting == .autoCreateUsers || setting == .stripLocation
        let line = ["serve", "--\(setting.rawValue)"] + (isSwitch ? [] : ["some value"])
        let serve = try #require(try ParleyCommand.parseAsRoot(line) as? ServeCommand)
        #expect(serve.options.values == [setting: [isSwitch ? "true" : "some value"]])
    }
}
