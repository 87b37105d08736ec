import EngineIO
import NIOHTTP1
import SocketServer
import SocketTestKit
import Testing

@Suite("Engine.IO handshakes and refusals", .timeLimit(.minutes(5)))
struct HandshakeAnswerTests {
    @Test("A handshake over polling opens a session with all that the protocol tells")
    func polling() async throws {
        try await TestEngine.with(change: { $0.pingInterval = .milliseconds(1234) }) { engine in
            let client = try await engine.connect()
            let response = try await client.request("GET", "/socket.io/?EIO=4&transport=polling&t=abc")
            #expect(response.status == 200)
            #expect(response["content-type"] == "text/plain; charset=UTF-8")
            #expect(response["cache-control"] == "no-store")
            #expect(response["access-control-allow-origin"] == "*")
            let sid = TestEngine.sid(in: response.body)
            #expect(
                response.body == #"0{"sid":"\#(sid)","upgrades":["websocket"],"pingInterval":1234,"#
                    + #""pingTimeout":20000,"maxPayload":1000000}"#)
            #expect(engine.engine.sessionCount == 1)
        }
    }

    @Test("A handshake over a WebSocket offers no upgrade")
    func webSocket() async throws {
        try await TestEngine.with { engine in
            let client = try await engine.connect()
            #expect(try await client.upgrade("/socket.io/?EIO=4&transport=websocket").status == 101)
            #expect(try await client.readText().contains(#""upgrades":[]"#))
        }
    }

    @Test(
        "Bad requests get the protocol's codes, with CORS headers, and the connection serves on",
        arguments: [
            ("GET", "EIO=4", 0, "Transport unknown"), ("GET", "EIO=4&transport=abc", 0, "Transport unknown"),
            ("GET", "EIO=4&transport=polling&sid=nope", 1, "Session ID unknown"),
            ("POST", "EIO=4&transport=polling&sid=nope", 1, "Session ID unknown"),
            ("POST", "EIO=4&transport=polling", 2, "Bad handshake method"),
            ("PUT", "EIO=4&transport=polling", 2, "Bad handshake method"),
            ("GET", "EIO=4&transport=websocket", 3, "Bad request"),
            ("GET", "EIO=4&transport=polling&j=0", 3, "Bad request"),
            ("GET", "EIO=3&transport=polling", 5, "Unsupported protocol version"),
            ("GET", "EIO=3&transport=polling&j=0", 5, "Unsupported protocol version"),
            ("GET", "transport=polling", 5, "Unsupported protocol version"),
            ("GET", "EIO=abc&transport=polling", 5, "Unsupported protocol version"),
        ])
    func refusals(method: String, query: String, code: Int, message: String) async throws {
        try await TestEngine.with { engine in
            let client = try await engine.connect()
            let response = try await client.request(method, "/socket.io/?\(query)")
            #expect(response.status == 400)
            #expect(response.body == #"{"code":\#(code),"message":"\#(message)"}"#)
            #expect(response["content-type"] == "application/json")
            #expect(response["access-control-allow-origin"] == "*")
            #expect(engine.engine.sessionCount == 0)
            #expect(try await client.request("GET", "/socket.io/?EIO=4&transport=polling").status == 200)
        }
    }

    @Test("A WebSocket for an unknown session, version or transport is refused")
    func webSocketRefusals() async throws {
        try await TestEngine.with { engine in
            let bad = [
                "EIO=4&transport=websocket&sid=nope", "transport=websocket", "EIO=4", "EIO=4&transport=polling",
            ]
            for query in bad {
                let client = try await engine.connect()
                #expect(try await client.upgrade("/socket.io/?\(query)").status == 400, "\(query)")
            }
        }
    }

    @Test("A preflight is answered")
    func preflight() async throws {
        try await TestEngine.with(change: { $0.cors = try CORSPolicy(origins: ["https://a.example"]) }) { engine in
            let client = try await engine.connect()
            let response = try await client.request(
                "OPTIONS", "/socket.io/?EIO=4&transport=polling",
                headers: ["Origin": "https://a.example", "Access-Control-Request-Headers": "authorization"])
            #expect(response.status == 204)
            #expect(response["access-control-allow-origin"] == "https://a.example")
            #expect(response["access-control-allow-credentials"] == "true")
            #expect(response["access-control-allow-headers"] == "authorization")
            #expect(response["access-control-allow-methods"]?.contains("POST") == true)
        }
    }

    @Test("The origin of a WebSocket is held to the list; a client without one is no page")
    func origins() async throws {
        try await TestEngine.with(change: { $0.cors = try CORSPolicy(origins: ["https://a.example"]) }) { engine in
            let uri = "/socket.io/?EIO=4&transport=websocket"
            let foreign = try await engine.connect()
            let refused = try await foreign.upgrade(uri, headers: ["Origin": "https://b.example"])
            #expect(refused.status == 403)
            #expect(refused.body == #"{"code":4,"message":"Forbidden"}"#)
            let listed = try await engine.connect()
            #expect(try await listed.upgrade(uri, headers: ["Origin": "https://a.example"]).status == 101)
            let none = try await engine.connect()
            #expect(try await none.upgrade(uri).status == 101)
        }
    }

    @Test("Admission sees the handshake and refuses with status, code, message and Retry-After")
    func admission() async throws {
        try await TestEngine.with(change: { configuration in
            configuration.admission = { handshake in
                guard handshake.query["pass"] == nil, handshake.remoteAddress == "127.0.0.1" else { return .accept }
                return .refuse(EngineRefusal(code: "full", message: "No \"room\"", retryAfter: 7))
            }
        }) { engine in
            let client = try await engine.connect()
            for transport in ["polling", "websocket"] {
                let uri = "/socket.io/?EIO=4&transport=\(transport)"
                let response =
                    transport == "polling" ? try await client.request("GET", uri) : try await client.upgrade(uri)
                #expect(response.status == 503)
                #expect(response["retry-after"] == "7")
                #expect(response["access-control-allow-origin"] == "*")
                #expect(response.body == #"{"code":"full","message":"No \"room\""}"#)
            }
            #expect(try await client.request("GET", "/socket.io/?EIO=4&transport=polling&pass=1").status == 200)
        }
    }

    @Test("A stopping server refuses new sessions and serves the open ones")
    func stopping() async throws {
        try await TestEngine.with { engine in
            let client = try await engine.connect()
            let sid = try await engine.open(client)
            engine.engine.refuseNewSessions()
            let refused = try await client.request("GET", "/socket.io/?EIO=4&transport=polling")
            #expect(refused.status == 503)
            #expect(refused["retry-after"] == "1")
            #expect(refused.body.hasPrefix(#"{"code":"unavailable""#))
            #expect(try await client.request("POST", TestEngine.poll(sid), body: "4hi").body == "ok")
            engine.engine.forEachSession { $0.close(.serverShutdown) }
            await engine.log.wait(for: "server shutting down")
        }
    }
}
