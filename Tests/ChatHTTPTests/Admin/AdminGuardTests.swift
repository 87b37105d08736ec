import HTTPTypes
import SocketServer
import Testing

@testable import ChatHTTP

@Suite("The admin key")
struct AdminGuardTests {
    @Test("After ten wrong keys the next wrong ones of an address are 429; the right one and none at all are not")
    func guesses() async throws {
        try await AdminBench.run { bench in
            for _ in 0..<10 {
                #expect(try await bench.call(.get, "/admin/stats", key: "wrong").status == 401)
                #expect(try await bench.call(.get, "/admin/stats", key: nil).status == 401)
            }
            let slowed = try await bench.call(.get, "/admin/stats", key: "wrong")
            #expect(try slowed.status == 429 && slowed.error == "rate_limited")
            #expect(slowed.headers[.retryAfter].flatMap { Int($0) }.map { (1...60).contains($0) } == true)
            #expect(try await bench.call(.get, "/admin/stats").status == 200)
            #expect(try await bench.call(.get, "/admin/stats", key: nil).status == 401)
            #expect(try await bench.call(.get, "/admin/stats", key: "wrong", from: "192.0.2.2").status == 401)
            let line = "info refused key parley.address=192.0.2.1 parley.code="
            #expect(bench.log.lines.filter { $0 == line + "unauthorized" }.count == 10)
            #expect(bench.log.lines.filter { $0 == line + "rate_limited" }.count == 1)
            #expect(!bench.log.lines.contains { $0.contains("wrong") })
        }
    }

    @Test("An address counts for a minute from its first wrong key, and the table does not grow")
    func table() {
        var table = GuessTable()
        let start = ContinuousClock.now
        let one = AddressKey("2001:db8::1")
        for second in 0..<10 { #expect(table.wrong(from: one, at: start + .seconds(second)) == .refuse) }
        #expect(table.wrong(from: AddressKey("2001:db8::2"), at: start + .seconds(30)) == .slow(retryAfter: 30))
        #expect(table.wrong(from: one, at: start + .milliseconds(59_500)) == .slow(retryAfter: 1))
        #expect(table.wrong(from: one, at: start + .seconds(60)) == .refuse)
        for _ in 0..<10_000 {
            _ = table.wrong(from: AddressKey(AdminBench.newAddress()), at: start + .seconds(61))
        }
        #expect(table.count <= 2 * GuessTable.generation)
    }

    @Test("White space around a key and the case of its scheme are forgiven; another scheme is no key")
    func schemes() async throws {
        try await AdminBench.run { bench in
            for key in [" " + AdminBench.key, "\t" + AdminBench.key + "  "] {
                let answer = try await bench.call(.get, "/admin/stats", key: key)
                #expect(answer.status == 200)
            }
        }
    }

    @Test("A host is an address, localhost, or a name that was given")
    func hosts() async throws {
        let hosts = AdminHosts(["Parley.example.org"])
        let fine: [String?] = [
            nil, "127.0.0.1", "127.0.0.1:5080", "10.1.2.3", "[::1]", "[::1]:5080", "[fe80::1]:1", "localhost",
            "LOCALHOST:5080", "parley.EXAMPLE.org", "parley.example.org:443",
        ]
        for host in fine { #expect(hosts.allows(host), "\(host ?? "none")") }
        for host in [
            "", ":5080", "evil.example", "evil.example:5080", "localhost.evil.example", "127.0.0.1.evil.example",
            "127.1", "2130706433", "0x7f.0.0.1", "[::1", "[::1]x", "[127.0.0.1]", "::1", "localhost:x", "localhost ",
            "[]", "xparley.example.org", "parley.example.org.", String(repeating: "a", count: 10_000),
            "localhost\u{301}",
        ] { #expect(!hosts.allows(host), "\(host)") }
        try await AdminBench.run { bench in
            for path in ["/admin/users", "/openapi.json", "/", "/nothing"] {
                let answer = try await bench.call(.get, path, host: "evil.example")
                #expect(try answer.status == 421 && answer.error == "misdirected_request")
            }
            // Watchdogs and balancers know the machine by whatever name; it tells them no data.
            for path in ["/healthz", "/readyz"] {
                let answer = try await bench.call(.get, path, host: "anything.example")
                #expect(answer.status == 200)
            }
        }
    }

    @Test("A body that is not said to be JSON is 415, whatever the call does with it; none at all is none")
    func mediaTypes() async throws {
        try await AdminBench.run { bench in
            _ = try await bench.call(.post, "/admin/users", #"{"username":"a","id":"a"}"#)
            for type in [nil, "text/plain", "application/x-www-form-urlencoded", "application/jsonx", ""] {
                for (method, path) in [
                    (HTTPRequest.Method.post, "/admin/users"), (.post, "/admin/users/a/block"),
                    (.patch, "/admin/users/a"), (.put, "/admin/chats/a/members/a"),
                ] {
                    let answer = try await bench.call(method, path, "{}", type: type)
                    #expect(try answer.status == 415 && answer.error == "unsupported_media_type")
                }
            }
            #expect(try await bench.call(.post, "/admin/users/a/block").status == 204)
            for type in ["Application/JSON;charset=utf-8", "application/json ; x=y", "application/merge-patch+json"] {
                #expect(try await bench.call(.patch, "/admin/users/a", "{}", type: type).status == 200)
            }
        }
    }

    @Test("What changes something, and a backup, is logged with its route, never with what stands in it")
    func acts() async throws {
        try await AdminBench.run { bench in
            _ = try await bench.call(.post, "/admin/users", #"{"username":"secret","id":"secret"}"#)
            _ = try await bench.call(.delete, "/admin/users/nobody")
            _ = try await bench.call(.get, "/admin/users/secret")
            _ = try await bench.call(.get, "/admin/backup")
            _ = try await bench.call(.post, "/healthz")
            let act = "info admin act parley.address=192.0.2.1"
            #expect(
                bench.log.lines == [
                    "\(act) parley.method=POST parley.route=/admin/users parley.status=201",
                    "\(act) parley.method=DELETE parley.route=/admin/users/{id} parley.status=404",
                    "\(act) parley.method=GET parley.route=/admin/backup parley.status=200",
                ])
        }
    }

    @Test("Only who was let in acts: a call by a wrong name, or without the key, is a refusal in the log")
    func refusalsAreNoActs() async throws {
        try await AdminBench.run { bench in
            let user = #"{"username":"secret","id":"secret"}"#
            let misnamed = try await bench.call(.post, "/admin/users", user, host: "evil.example")
            let missing = try await bench.call(.post, "/admin/users", user, key: nil)
            let wrong = try await bench.call(.post, "/admin/users", user, key: "wrong")
            // The key was shown: what it was used for is written down, also where nothing came of it.
            let mistyped = try await bench.call(.post, "/admin/users", user, type: "text/plain")
            #expect([misnamed, missing, wrong, mistyped].map(\.status) == [421, 401, 401, 415])
            let from = "parley.address=192.0.2.1"
            #expect(
                bench.log.lines == [
                    "info refused host \(from) parley.code=misdirected_request",
                    "info refused key \(from) parley.code=unauthorized",
                    "info admin act \(from) parley.method=POST parley.route=/admin/users parley.status=415",
                ])
        }
    }
}
