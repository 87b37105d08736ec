import EngineIO
import SocketServer
import SocketTestKit
import Testing

@Suite("WebSocket transport and upgrade", .timeLimit(.minutes(5)))
struct WebSocketTransportTests {
    @Test("Text and bytes come back")
    func echo() async throws {
        try await TestEngine.with { engine in
            let (client, _) = try await engine.openSocket()
            try await client.sendText("4hello")
            #expect(try await client.readText() == "4hello")
            try await client.send(RawFrame.encode(opcode: 2, payload: [1, 2, 3]))
            #expect(try await client.readFrame() == RawFrame(opcode: 2, payload: [1, 2, 3]))
        }
    }

    @Test("A session whose first request was another's third works")
    func nthRequest() async throws {
        try await TestEngine.with { engine in
            let client = try await engine.connect()
            _ = try await engine.open(client)
            _ = try await engine.open(client)
            #expect(try await client.upgrade("/socket.io/?EIO=4&transport=websocket").status == 101)
            #expect(try await client.readText().hasPrefix("0{"))
            try await client.sendText("4transport")
            #expect(try await client.readText() == "4websocket")
        }
    }

    @Test(
        "What ends a session over a WebSocket, and how it is told",
        arguments: [
            ("1", "transport close"), ("abc", "parse error"), ("", "parse error"), ("2", "transport error"),
            ("4close", "forced close"),
        ])
    func ends(text: String, reason: String) async throws {
        try await TestEngine.with { engine in
            let (client, _) = try await engine.openSocket()
            try await client.sendText(text)
            #expect(await engine.log.next() == reason)
            #expect(try await client.readFrame().opcode == 8)
            try await client.send(RawFrame.encode(opcode: 8, payload: []))
            await client.waitForEnd()
            #expect(engine.engine.sessionCount == 0)
        }
    }

    @Test("A message over the limit closes with 1009, a broken frame with 1002")
    func violations() async throws {
        try await TestEngine.with(change: { $0.maxPayload = 100 }) { engine in
            let (client, _) = try await engine.openSocket()
            try await client.sendText(String(repeating: "4", count: 101))
            #expect(try await client.readFrame().closeCode == 1009)
            #expect(await engine.log.next() == "transport error")
            let (other, _) = try await engine.openSocket()
            try await other.send([0x81, 0x01, 0x34])
            #expect(try await other.readFrame().closeCode == 1002)
            #expect(await engine.log.next() == "transport error")
        }
    }

    @Test("A connection that ends, ends its session")
    func disconnect() async throws {
        try await TestEngine.with { engine in
            let (client, _) = try await engine.openSocket()
            try await client.close()
            #expect(await engine.log.next() == "transport close")
        }
    }

    @Test("Pings come at their interval and after each pong")
    func pings() async throws {
        try await TestEngine.with(change: { $0.pingInterval = .milliseconds(30) }) { engine in
            let (client, _) = try await engine.openSocket()
            for _ in 0..<3 {
                #expect(try await client.readText() == "2")
                try await client.sendText("3")
            }
        }
    }

    @Test("A client that does not answer a ping is gone")
    func pingTimeout() async throws {
        let change: (inout EngineConfiguration) -> Void = {
            $0.pingInterval = .milliseconds(20)
            $0.pingTimeout = .milliseconds(50)
        }
        try await TestEngine.with(change: change) { engine in
            let (client, _) = try await engine.openSocket()
            #expect(try await client.readText() == "2")
            #expect(await engine.log.next() == "ping timeout")
            #expect(try await client.readFrame().opcode == 8)
        }
    }

    @Test("A client that does not read is too slow")
    func tooSlow() async throws {
        try await TestEngine.with { engine in
            let (client, _) = try await engine.openSocket()
            try await client.sendText("4flood")
            #expect(await engine.log.next() == "too slow")
            await client.waitForEnd()
        }
    }

    @Test("Uncounted bytes do not make a client too slow, and their end is told")
    func replay() async throws {
        try await TestEngine.with { engine in
            let (client, _) = try await engine.openSocket()
            try await client.sendText("4replay")
            for _ in 0..<200 { #expect(try await client.readFrame().payload.count == 100_000) }
            #expect(await engine.log.next() == "drained")
            try await client.sendText("4still here")
            #expect(try await client.readText() == "4still here")
        }
    }

    // MARK: Upgrade

    private func probe(_ engine: TestEngine, sid: String) async throws -> RawClient {
        let socket = try await engine.connect()
        #expect(try await socket.upgrade(TestEngine.socket(sid)).status == 101)
        try await socket.sendText("2probe")
        #expect(try await socket.readText() == "3probe")
        return socket
    }

    @Test("An upgrade: probe, the parked poll let go, messages meanwhile neither lost nor reordered", arguments: [1, 4])
    func upgrade(threads: Int) async throws {
        try await TestEngine.with(threads: threads) { engine in
            for _ in 0..<8 {
                let client = try await engine.connect()
                let sid = try await engine.open(client)
                try await client.sendRequest("GET", TestEngine.poll(sid))
                let socket = try await probe(engine, sid: sid)
                #expect(try await client.readResponse().body == "6")
                let post = try await client.request("POST", TestEngine.poll(sid), body: "4one\u{1E}4two\u{1E}bAQ==")
                #expect(post.status == 200)
                try await socket.sendText("5")
                try await socket.sendText("4three")
                #expect(try await socket.readText() == "4one")
                #expect(try await socket.readText() == "4two")
                #expect(try await socket.readFrame() == RawFrame(opcode: 2, payload: [1]))
                #expect(try await socket.readText() == "4three")
                try await socket.sendText("4transport")
                #expect(try await socket.readText() == "4websocket")
                let refused = try await client.request("GET", TestEngine.poll(sid))
                #expect(refused.status == 400)
                #expect(refused.body == #"{"code":3,"message":"Bad request"}"#)
                try await socket.sendText("4alive")
                #expect(try await socket.readText() == "4alive")
            }
        }
    }

    @Test("An upgrade over TLS, whose connection cannot move to the session's loop, works as well")
    func upgradeOverTLS() async throws {
        try await TestCertificate.withFiles { certificate, key in
            let tls = try TLSCredentials(certificateFile: certificate, keyFile: key)
            try await TestEngine.with(threads: 4, tls: tls) { engine in
                var places: Set<String> = []
                for _ in 0..<6 { places.insert(try await exchangeAcrossUpgrade(engine)) }
                // Connections go to the loops in turn, so some upgrade comes in on another than its session's.
                #expect(places.contains("4other loop"))
            }
        }
    }

    /// Returns where the WebSocket lived.
    private func exchangeAcrossUpgrade(_ engine: TestEngine) async throws -> String {
        let client = try await engine.connect()
        let sid = try await engine.open(client)
        let socket = try await probe(engine, sid: sid)
        _ = try await client.request("POST", TestEngine.poll(sid), body: "4one\u{1E}4two")
        try await socket.sendText("5")
        try await socket.sendText("4three")
        for expected in ["4one", "4two", "4three"] { #expect(try await socket.readText() == expected) }
        try await socket.sendText("4link")
        let place = try await socket.readText()
        try await socket.sendText("4replay")
        for _ in 0..<200 { #expect(try await socket.readFrame().payload.count == 100_000) }
        await engine.log.wait(for: "drained")
        try await socket.sendText("4close")
        #expect(try await socket.readFrame().opcode == 8)
        await engine.log.wait(for: "forced close")
        return place
    }

    @Test("A poll during the upgrade gets what is queued, else a noop")
    func pollWhileUpgrading() async throws {
        try await TestEngine.with { engine in
            let client = try await engine.connect()
            let sid = try await engine.open(client)
            _ = try await probe(engine, sid: sid)
            #expect(try await client.request("GET", TestEngine.poll(sid)).body == "6")
            _ = try await client.request("POST", TestEngine.poll(sid), body: "4x")
            #expect(try await client.request("GET", TestEngine.poll(sid)).body == "4x")
            #expect(try await client.request("GET", TestEngine.poll(sid)).body == "6")
        }
    }

    @Test("A second WebSocket, during an upgrade or after it, is closed, and the session lives on")
    func second() async throws {
        try await TestEngine.with { engine in
            let client = try await engine.connect()
            let sid = try await engine.open(client)
            let socket = try await probe(engine, sid: sid)
            for _ in 0..<2 {
                let other = try await engine.connect()
                #expect(try await other.upgrade(TestEngine.socket(sid)).status == 101)
                #expect(try await other.readFrame().opcode == 8)
                try await socket.sendText("5")
                try await socket.sendText("4here")
                #expect(try await socket.readText() == "4here")
            }
        }
    }

    @Test(
        "A candidate that says something else is closed, and the session stays on polling",
        arguments: ["4x", "2", "zz"])
    func badProbe(text: String) async throws {
        try await TestEngine.with { engine in
            let client = try await engine.connect()
            let sid = try await engine.open(client)
            let socket = try await engine.connect()
            _ = try await socket.upgrade(TestEngine.socket(sid))
            try await socket.sendText(text)
            #expect(try await socket.readFrame().opcode == 8)
            _ = try await client.request("POST", TestEngine.poll(sid), body: "4transport")
            #expect(try await client.request("GET", TestEngine.poll(sid)).body == "4polling")
            _ = try await probe(engine, sid: sid)
        }
    }

    @Test("A candidate that goes away or takes too long leaves the session on polling")
    func lostCandidate() async throws {
        try await TestEngine.with(change: { $0.upgradeTimeout = .milliseconds(50) }) { engine in
            let client = try await engine.connect()
            let sid = try await engine.open(client)
            let slow = try await engine.connect()
            _ = try await slow.upgrade(TestEngine.socket(sid))
            #expect(try await slow.readFrame().opcode == 8)
            let gone = try await engine.connect()
            _ = try await gone.upgrade(TestEngine.socket(sid))
            try await gone.close()
            _ = try await client.request("POST", TestEngine.poll(sid), body: "4transport")
            #expect(try await client.request("GET", TestEngine.poll(sid)).body == "4polling")
        }
    }

    @Test("A session that ends during an upgrade takes the candidate with it")
    func endWhileUpgrading() async throws {
        try await TestEngine.with { engine in
            let client = try await engine.connect()
            let sid = try await engine.open(client)
            let socket = try await probe(engine, sid: sid)
            _ = try await client.request("POST", TestEngine.poll(sid), body: "4close")
            #expect(await engine.log.next() == "forced close")
            #expect(try await socket.readFrame().opcode == 8)
        }
    }

    @Test("After an upgrade transport and session share a loop, whichever loop the connection came in on")
    func rehomed() async throws {
        try await TestEngine.with(threads: 4) { engine in
            for _ in 0..<8 {
                let client = try await engine.connect()
                let sid = try await engine.open(client)
                let socket = try await probe(engine, sid: sid)
                try await socket.sendText("5")
                try await socket.sendText("4link")
                #expect(try await socket.readText() == "4same loop")
                for round in 0..<20 {
                    try await socket.sendText("4\(round)")
                    #expect(try await socket.readText() == "4\(round)")
                }
                try await socket.close()
            }
        }
    }
}
