import ChatCore
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import SocketServer
import Testing

@testable import ChatHTTP

/// Taken from the route tables themselves, so that a route that is added tomorrow is in it.
@Suite("The guard of the routes")
struct RouteGuardTests {
    static let methods: [HTTPRequest.Method] = [.get, .head, .post, .put, .patch, .delete, .options]

    /// A route's path, with ids that there are.
    private static func path(of route: Route) -> String {
        let there = ["{id}": "there", "{user_id}": "there", "{token_id}": "there", "{sid}": "s1"]
        return there.reduce(route.pattern.text) { $0.replacing($1.key, with: $1.value) }.replacing("/**", with: "/x")
    }

    private static func fill(_ bench: AdminBench) async throws {
        _ = try await bench.call(.post, "/admin/users", #"{"username":"there","id":"there"}"#)
        _ = try await bench.call(.post, "/admin/chats", #"{"id":"there","member_ids":["there"]}"#)
    }

    @Test("Without the key, or with a wrong one, no route of the admin listener answers but the open ones")
    func adminRoutes() async throws {
        try await AdminBench.run { bench in
            try await Self.fill(bench)
            let open = Set(bench.site.routes.filter { $0.access == .open }.map(\.pattern.text))
            #expect(open == ["/healthz", "/readyz", "/", "/openapi.json", "/asyncapi.json"])
            for path in Set(bench.site.routes.map(Self.path)) where !open.contains(path) {
                for method in Self.methods {
                    for key in [nil, "wrong"] {
                        let answer = try await bench.call(method, path, key: key, from: AdminBench.newAddress())
                        #expect(answer.status == 401, "\(method) \(path)")
                    }
                }
            }
        }
    }

    @Test("No other spelling of a path of the admin listener answers, without the key, with a wrong one, or with it")
    func adminSpellings() async throws {
        try await AdminBench.run { bench in
            try await Self.fill(bench)
            let paths = Set(bench.site.routes.map(Self.path))
            for path in paths {
                for spelling in Spellings.of(path) where !paths.contains(spelling) {
                    for method in [HTTPRequest.Method.get, .post, .delete] {
                        for key in [nil, "wrong"] {
                            let address = AdminBench.newAddress()
                            let answer = try await bench.call(method, spelling, key: key, from: address)
                            #expect([400, 401, 404].contains(answer.status), "\(method) \(spelling)")
                        }
                    }
                    let answer = try await bench.call(.get, spelling)
                    #expect([400, 404, 405].contains(answer.status), "GET \(spelling) with the key: \(answer.status)")
                }
            }
        }
    }

    @Test("Without a token no route of the public listener answers but the open ones, however it is spelled")
    func publicRoutes() async throws {
        try await AdminBench.run { bench in
            let router = PublicBench.router(bench.store)
            let open = Set(router.table.routes.filter { $0.access == .open }.map(\.pattern.text))
            #expect(open.isSuperset(of: ["/", "/healthz", "/parley.d.ts", "/chat/app.js", "/socket.io/socket.io.js"]))
            #expect(!open.contains { $0.hasPrefix("/files") || $0.hasPrefix("/api") })
            let paths = Set(router.table.routes.map(Self.path))
            for path in paths {
                if !open.contains(path) {
                    for method in Self.methods {
                        let status = await PublicBench.status(router, method, path)
                        #expect([401, 404].contains(status), "\(method) \(path): \(status)")
                    }
                }
                for spelling in Spellings.of(path) where !paths.contains(spelling) {
                    let status = await PublicBench.status(router, .get, spelling)
                    #expect([400, 401, 404].contains(status), "\(spelling): \(status)")
                }
            }
        }
    }

    @Test("Below the path of a proxy everything lies as it does without, and is guarded as it is")
    func prefix() async throws {
        try await AdminBench.run { bench in
            let router = PublicBench.router(bench.store, prefix: PathPrefix("/x/chat"))
            let plain = PublicBench.router(bench.store)
            for path in Set(plain.table.routes.map(Self.path)) {
                for method in Self.methods {
                    let status = await PublicBench.status(plain, method, path)
                    #expect(await PublicBench.status(router, method, path) == status, "\(method) \(path)")
                    #expect(await PublicBench.status(router, method, "/x/chat" + path) == status, "\(method) \(path)")
                    #expect(await PublicBench.status(router, method, "/x/chat/x/chat" + path) == 404)
                }
            }
            #expect(await PublicBench.status(router, .get, "/x/chat") == 307)
            #expect(await PublicBench.status(plain, .get, "/x/chat") == 404)
        }
    }

    @Test("An id with a slash in it is one part of a path, decoded once")
    func slashes() async throws {
        let path = try #require(RequestPath(target: "/admin/users/a%2Fb%2525?x=/y"))
        let parameters = try #require(RoutePattern("/admin/users/{id}").match(path))
        #expect(try parameters.text("id") == "a/b%25")
        #expect(RoutePattern("/admin/users/{id}/block").match(path) == nil)
        try await AdminBench.run { bench in
            for broken in ["%", "%4", "%zz", "%ff", "a%C3"] {
                let answer = try await bench.call(.get, "/admin/users/" + broken)
                #expect(try answer.status == 400 && answer.error == "invalid:id", "\(broken)")
                #expect(try await bench.call(.get, "/admin/users/" + broken, key: nil).status == 401)
            }
        }
    }
}
