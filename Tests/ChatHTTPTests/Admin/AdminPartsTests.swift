import ByteText
import Foundation
import HTTPTypes
import Testing

@testable import ChatHTTP

@Suite("What calls of the admin endpoint know")
struct AdminPartsTests {
    @Test("A parameter or field that a call does not know is refused by its name")
    func unknown() async throws {
        try await AdminBench.run { bench in
            let long = String(repeating: "x", count: 100)
            let calls: [(HTTPRequest.Method, String, String?, String)] = [
                (.get, "/admin/users?limit=5&Q=a", nil, "Q"), (.get, "/admin/users?q=a&", nil, ""),
                (.delete, "/admin/users/x?message=delete", nil, "message"),
                (.post, "/admin/users?dry_run=1", #"{"username":"a"}"#, "dry_run"),
                (.post, "/admin/users", #"{"username":"a","displayName":"A"}"#, "displayName"),
                (.post, "/admin/users/x/block", #"{"until":"tomorrow"}"#, "until"),
                (.post, "/admin/chats", #"{"members_ids":[]}"#, "members_ids"),
                (.get, "/admin/stats?\(long)=1", nil, String(long.prefix(64))),
            ]
            for (method, path, body, field) in calls {
                let answer = try await bench.call(method, path, body)
                guard !field.isEmpty else {
                    #expect(answer.status == 200, "\(path)")
                    continue
                }
                #expect(try answer.status == 400 && answer.error == "invalid:\(field)", "\(path)")
            }
        }
    }

    @Test("The description has the same names as the calls")
    func description() async throws {
        try await AdminBench.run { bench in
            let document = try await bench.call(.get, "/openapi.json").object as [String: Any]
            let paths = try #require(document["paths"] as? [String: [String: Any]])
            for route in bench.site.routes {
                guard let method = route.method, let call = paths[route.pattern.text]?[method.rawValue.lowercased()]
                else { continue }
                let operation = try #require(call as? [String: Any])
                let (name, parts) = ("\(method) \(route.pattern.text)", route.parts)
                #expect(Self.query(of: operation) == Set(parts.query.map(\.string)), "\(name)")
                #expect(Self.fields(of: operation, in: document) == Set(parts.fields.map(\.string)), "\(name)")
            }
        }
    }

    private static func query(of operation: [String: Any]) -> Set<String> {
        let parameters = operation["parameters"] as? [[String: Any]] ?? []
        return Set(
            parameters.compactMap { parameter in
                if let reference = parameter["$ref"] as? String {
                    return reference.split(separator: "/").last.map(String.init)
                }
                return parameter["in"] as? String == "query" ? parameter["name"] as? String : nil
            })
    }

    private static func fields(of operation: [String: Any], in document: [String: Any]) -> Set<String> {
        var node: Any? = operation["requestBody"]
        for key in ["content", "application/json", "schema"] { node = (node as? [String: Any])?[key] }
        guard var schema = node as? [String: Any] else { return [] }
        if let reference = schema["$ref"] as? String, let name = reference.split(separator: "/").last {
            let schemas = (document["components"] as? [String: Any])?["schemas"] as? [String: Any]
            schema = schemas?[String(name)] as? [String: Any] ?? [:]
        }
        return Set((schema["properties"] as? [String: Any] ?? [:]).keys)
    }
}
