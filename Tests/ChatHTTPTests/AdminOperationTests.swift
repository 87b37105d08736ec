import ChatCore
import ChatSQLite
import Foundation
import HTTPTypes
import Synchronization
import Testing

@testable import ChatHTTP

@Suite("Operation through the admin endpoint")
struct AdminOperationTests {
    private static func connection(_ sid: String) -> ConnectionInfo {
        ConnectionInfo(
            sid: sid, userID: UserID("a"), address: "127.0.0.1", transport: "websocket", connectedAt: AdminBench.now,
            userAgent: nil)
    }

    @Test("Figures are told as numbers")
    func statistics() async throws {
        try await AdminBench.run { bench in
            _ = try await bench.call(.post, "/admin/users", #"{"username":"alice"}"#)
            let stats = try await bench.call(.get, "/admin/stats")
            #expect(try stats.int("users") == 1 && stats.int("chats") == 0 && stats.int("messages") == 0)
            #expect(try stats.int("file_bytes") > 0 && stats.int("memory_bytes") > 0)
            #expect(try stats.string("version") == "9.9.9" && stats.int("connections") == 0)
        }
    }

    @Test("Connections are listed, paged, and ended by sid")
    func connections() async throws {
        try await AdminBench.run { bench in
            bench.sessions.state.withLock { $0.connections = ["s3", "s1", "s2"].map(Self.connection) }
            let first = try await bench.call(.get, "/admin/connections?limit=2")
            #expect(try first.items.compactMap { $0["sid"] as? String } == ["s1", "s2"] && first.next == "s2")
            #expect(
                try Set(#require(first.items.first).keys)
                    == ["sid", "user_id", "address", "transport", "connected_at", "user_agent"])
            #expect(try await bench.call(.delete, "/admin/connections/s2").status == 204)
            let rest = try await bench.call(.get, "/admin/connections?after=s2")
            #expect(try rest.items.compactMap { $0["sid"] as? String } == ["s3"] && rest.isNull("next"))
            #expect(try await bench.call(.delete, "/admin/connections/s2").status == 404)
        }
    }

    @Test("Keys are rotated, with or without the old tokens")
    func rotation() async throws {
        try await AdminBench.run { bench in
            #expect(try await bench.call(.post, "/admin/keys/rotate").status == 204)
            #expect(try await bench.call(.post, "/admin/keys/rotate?revoke=true").status == 204)
            let maybe = try await bench.call(.post, "/admin/keys/rotate?revoke=maybe")
            #expect(try maybe.error == "invalid:revoke")
            #expect(bench.tokens.rotations.withLock { $0 } == [false, true])
        }
    }

    @Test("A backup is a download, and leaves no file behind")
    func backup() async throws {
        try await AdminBench.run { bench in
            let answer = try await bench.call(.get, "/admin/backup")
            #expect(answer.status == 200 && answer.text == StubBackup.bytes)
            #expect(answer.headers[.contentDisposition]?.hasPrefix("attachment") == true)
            #expect(try await bench.call(.get, "/admin/backup?keys=false").text == "no keys")
            let left = try FileManager.default.contentsOfDirectory(atPath: bench.store.directory)
            #expect(!left.contains { $0.hasPrefix("backup") })
        }
    }

    @Test("Metrics are Prometheus text: help, type and value of each, without repetition")
    func metrics() async throws {
        try await AdminBench.run { bench in
            let answer = try await bench.call(.get, "/metrics")
            #expect(answer.headers[.contentType]?.hasPrefix("text/plain; version=0.0.4") == true)
            let lines = answer.text.split(separator: "\n")
            let values = lines.filter { !$0.hasPrefix("#") }
            #expect(values.allSatisfy { $0.wholeMatch(of: /[a-z_]+(\{[a-z]+="[^"]*"\})? -?[0-9.e+-]+/) != nil })
            let names = values.compactMap { $0.split { $0 == " " || $0 == "{" }.first }
            #expect(Set(names).count == names.count && names.contains("parley_extra_total"))
            for name in names { #expect(lines.contains { $0.hasPrefix("# TYPE \(name) ") }, "\(name)") }
        }
    }

    @Test("The description names exactly the routes there are")
    func description() async throws {
        try await AdminBench.run { bench in
            let description = try await bench.call(.get, "/openapi.json", key: nil).object
            let paths = try #require(description["paths"] as? [String: [String: any Sendable]])
            let described = Set(paths.flatMap { path, calls in calls.keys.map { "\($0.uppercased()) \(path)" } })
            let routes = bench.site.routes.filter { !$0.pattern.takesRest }
            #expect(described == Set(routes.map { "\($0.method?.rawValue ?? "") \($0.pattern.text)" }))
        }
    }

    @Test("HEAD is answered as GET without the body")
    func head() async throws {
        try await AdminBench.run { bench in
            let answer = try await bench.call(.head, "/healthz", key: nil)
            #expect(answer.status == 200 && answer.text.isEmpty)
        }
    }
}
