import ByteText
import ChatCore
import Foundation
import HTTPTypes
import Testing

@testable import ChatHTTP

@Suite("What calls of the admin endpoint know")
struct AdminCallTests {
    /// A path of a call, with something in its free parts.
    private static func path(_ call: AdminCall) -> String {
        call.pathNames.reduce(call.path) { $0.replacing("{\($1)}", with: "x") }
    }

    /// A value that a field takes, so that nothing but what is unknown is wrong.
    private static func example(_ shape: AdminShape) -> Any {
        switch shape {
        case .text, .freeText: "x"
        case .integer(let range): range.lowerBound
        case .boolean: true
        case .choice(let words): words[0]
        case .list(let element): [example(element)]
        case .object(let fields): body(fields)
        }
    }

    private static func body(_ fields: [AdminField]) -> [String: Any] {
        Dictionary(uniqueKeysWithValues: fields.map { ($0.name.string, example($0.shape)) })
    }

    private static func text(_ body: Any) throws -> String {
        String(decoding: try JSONSerialization.data(withJSONObject: body), as: UTF8.self)
    }

    @Test("Every call is a route, and every guarded route a call that is listed")
    func routes() async throws {
        try await AdminBench.run { bench in
            let routes = bench.site.routes.compactMap(\.call).map { "\($0.method) \($0.path)" }
            #expect(routes.sorted() == AdminCall.all.filter { !$0.isOpen }.map { "\($0.method) \($0.path)" }.sorted())
            for route in bench.site.routes where route.access == .guarded && !route.pattern.takesRest {
                #expect(route.call?.path == route.pattern.text && route.call?.method == route.method)
            }
        }
    }

    @Test("No call takes a field or a parameter that it does not declare, however deep it lies")
    func unknown() async throws {
        try await AdminBench.run { bench in
            for call in bench.site.routes.compactMap(\.call) {
                let (method, path, name) = (call.method, Self.path(call), "\(call.method) \(call.path)")
                let query = try await bench.call(method, path + "?nothing=1", nil)
                #expect(try query.status == 400 && query.error == "invalid:nothing", "\(name)")
                for spelling in ["nothing", "Username", "display-name", "posting", "metadata"] {
                    var body = Self.body(call.fields)
                    body[spelling] = "x"
                    let answer = try await bench.call(method, path, try Self.text(body))
                    #expect(try answer.status == 400 && answer.error == "invalid:\(spelling)", "\(name)")
                }
                for field in call.fields {
                    guard case .list(.object(let inner)) = field.shape else { continue }
                    var (body, object) = (Self.body(call.fields), Self.body(inner))
                    object["nothing"] = 1
                    body[field.name.string] = [Self.body(inner), object]
                    let answer = try await bench.call(method, path, try Self.text(body))
                    #expect(try answer.status == 400 && answer.error == "invalid:\(field.name)[1].nothing", "\(name)")
                }
            }
        }
    }

    @Test("No call takes a value of another kind than it declares")
    func kinds() async throws {
        try await AdminBench.run { bench in
            for call in bench.site.routes.compactMap(\.call) {
                for field in call.fields {
                    var body = Self.body(call.fields)
                    if case .text = field.shape { body[field.name.string] = 5 } else { body[field.name.string] = 0.5 }
                    let answer = try await bench.call(call.method, Self.path(call), try Self.text(body))
                    #expect(try answer.status == 400 && answer.error == "invalid:\(field.name)", "\(call.path)")
                }
                for parameter in call.query {
                    if case .freeText = parameter.shape { continue }
                    let wrong = if case .text = parameter.shape { "" } else { "x" }
                    let answer = try await bench.call(call.method, Self.path(call) + "?\(parameter.name)=\(wrong)")
                    #expect(try answer.status == 400 && answer.error == "invalid:\(parameter.name)", "\(call.path)")
                }
            }
        }
    }

    @Test(
        "Names are told short, with where they stand",
        arguments: [
            (#"{"members":[{"user_id":"a"},{"user_id":"b","Role":"owner"}]}"#, "members[1].Role"),
            (#"{"members":[{"role":"owner"}]}"#, "members[0].user_id"), (#"{"members":[1]}"#, "members[0]"),
            (#"{"members":[{"user_id":"a","role":"king"}]}"#, "members[0].role"), (#"{"members":{}}"#, "members"),
            (#"{"members":["a"]}"#, "members[0]"), (#"{"member_ids":[{"user_id":"a"}]}"#, "member_ids"),
            ("{\"\(String(repeating: "x", count: 100))\":1}", String(repeating: "x", count: 64)),
        ])
    func places(_ body: String, _ field: String) async throws {
        try await AdminBench.run { bench in
            let answer = try await bench.call(.post, "/admin/chats", body)
            #expect(try answer.status == 400 && answer.error == "invalid:\(field)")
        }
    }

    @Test("null, and a blank where people are shown it, is as good as nothing where a field may be left out")
    func nothing() async throws {
        try await AdminBench.run { bench in
            let user = try await bench.call(
                .post, "/admin/users", #"{"username":"ann","id":null,"display_name":" ","avatar_url":""}"#)
            #expect(try user.status == 201 && user.isNull("display_name") && !user.string("id").isEmpty)
            let chat = try await bench.call(
                .post, "/admin/chats", #"{"id":null,"name":"","type":null,"member_ids":null,"members":null}"#)
            #expect(try chat.status == 201 && chat.string("type") == "group")
            let token = try await bench.call(
                .post, "/admin/tokens",
                #"{"user_id":null,"username":"ann","create":null,"ttl_seconds":null,"label":" "}"#)
            #expect(token.status == 201)
            #expect(try await bench.call(.get, "/admin/users?q=&after=").status == 200)
        }
    }

    @Test("A blank is refused by every field that is no free text, whether it may be left out or not")
    func blanks() async throws {
        try await AdminBench.run { bench in
            for call in AdminCall.all {
                for field in call.fields {
                    guard let body = Self.blank(field) else { continue }
                    let answer = try await bench.call(call.method, Self.path(call), "{\"\(field.name)\":\(body.text)}")
                    #expect(try answer.error == "invalid:\(body.name)", "\(call.method) \(call.path)")
                }
            }
            let twice = try await bench.call(.post, "/admin/users", #"{"username":"ann","username":" "}"#)
            #expect(try twice.error == "invalid:username")
        }
    }

    /// A value of blanks for a field, and the name by which it is refused; `nil` where it is taken.
    private static func blank(_ field: AdminField) -> (text: String, name: String)? {
        let name = field.name.string
        return switch field.shape {
        case .freeText: nil
        case .text: (#"" ""#, name)
        case .choice, .integer, .boolean: (#""""#, name)
        case .list(.object(let fields)): fields.first.flatMap { blank($0) }.map {
            ("[{\"\(fields[0].name)\":\($0.text)}]", "\(name)[0].\($0.name)")
        }
        case .list: (#"[""]"#, name)
        case .object: (#""""#, name)
        }
    }

    @Test("Of a member that is given twice the last one counts")
    func twice() async throws {
        try await AdminBench.run { bench in
            let user = try await bench.call(
                .post, "/admin/users",
                #"{"username":"ann","username":"bob","display_name":"Ann","display_name":null,"id":"a","id":null}"#)
            #expect(try user.status == 201 && user.string("username") == "bob" && user.isNull("display_name"))
            #expect(try user.string("id") != "a")
        }
    }

    @Test("Half a surrogate pair is no text, and dots are no ids: a sentence says so", arguments: [
        (#"{"username":"\ud800"}"#, "The body is no JSON."), (#"{"username":"x","id":".."}"#, "No id is . or ..,"),
    ])
    func noText(body: String, sentence: String) async throws {
        try await AdminBench.run { bench in
            let answer = try await bench.call(.post, "/admin/users", body)
            #expect(answer.status == 400 && answer.text.contains(sentence))
        }
    }

    @Test("A body is refused where it is packed, and where the call has none")
    func bodies() async throws {
        try await AdminBench.run { bench in
            let path = "/admin/users/x?messages=keep"
            let deletion = try await bench.call(.delete, path, #"{"messages":"delete"}"#)
            #expect(try deletion.error == "invalid:messages")
            let look = try await bench.call(.get, "/admin/users", #"{"q":"a"}"#)
            #expect(try look.error == "invalid:q")
            #expect(try await bench.call(.delete, path, "{}").status == 404)
        }
    }

    @Test("The description says of each call what the desk checks")
    func description() async throws {
        try await AdminBench.run { bench in
            let document = try await bench.call(.get, "/openapi.json").object as [String: Any]
            let paths = try #require(document["paths"] as? [String: [String: Any]])
            let schemas = try #require((document["components"] as? [String: Any])?["schemas"] as? [String: Any])
            for call in AdminCall.all {
                let operation = try #require(
                    paths[call.path]?[call.method.rawValue.lowercased()] as? [String: Any], "\(call.path)")
                let parameters = operation["parameters"] as? [[String: Any]] ?? []
                let names = parameters.filter { $0["in"] as? String == "query" }.compactMap { $0["name"] as? String }
                #expect(names == call.query.map(\.name.string))
                var node: Any? = operation["requestBody"]
                for key in ["content", "application/json", "schema"] { node = (node as? [String: Any])?[key] }
                let properties = (node as? [String: Any])?["properties"] as? [String: Any] ?? [:]
                #expect(Set(properties.keys) == Set(call.fields.map(\.name.string)))
            }
            let text = try await bench.call(.get, "/openapi.json").text
            for match in text.matches(of: /"#\/components\/schemas\/(\w+)"/) {
                #expect(schemas[String(match.1)] != nil, "\(match.1)")
            }
        }
    }
}
