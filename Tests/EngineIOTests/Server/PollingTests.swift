import EngineIO
import SocketTestKit
import Testing
import WaitTestKit

@Suite("Long-polling", .timeLimit(.minutes(5)))
struct PollingTests {
    private func withSession(
        threads: Int = 1, change: (inout EngineConfiguration) -> Void = { _ in },
        body: (TestEngine, _ getter: RawClient, _ poster: RawClient, _ sid: String) async throws -> Void
    ) async throws {
        try await TestEngine.with(threads: threads, change: change) { engine in
            let getter = try await engine.connect()
            let poster = try await engine.connect()
            try await body(engine, getter, poster, try await engine.open(getter))
        }
    }

    @Test("A payload of text and bytes comes back in one poll, on any loop", arguments: [1, 3])
    func echo(threads: Int) async throws {
        try await withSession(threads: threads) { _, getter, poster, sid in
            let post = try await poster.request("POST", TestEngine.poll(sid), body: "4one\u{1E}bAQIDBA==\u{1E}4two")
            #expect(post.status == 200)
            #expect(post.body == "ok")
            #expect(post["content-type"] == "text/html")
            let poll = try await getter.request("GET", TestEngine.poll(sid))
            #expect(poll.body == "4one\u{1E}bAQIDBA==\u{1E}4two")
            #expect(poll["content-type"] == "text/plain; charset=UTF-8")
            #expect(poll["cache-control"] == "no-store")
        }
    }

    @Test("A parked poll is answered when there is something", arguments: [1, 3])
    func parked(threads: Int) async throws {
        try await withSession(threads: threads) { _, getter, poster, sid in
            for round in 0..<5 {
                try await getter.sendRequest("GET", TestEngine.poll(sid))
                #expect(try await poster.request("POST", TestEngine.poll(sid), body: "4\(round)").status == 200)
                #expect(try await getter.readResponse().body == "4\(round)")
            }
        }
    }

    @Test("A hundred messages arrive in order, sixteen a response")
    func burst() async throws {
        try await withSession { _, getter, poster, sid in
            _ = try await poster.request("POST", TestEngine.poll(sid), body: "4burst")
            var packets: [String] = []
            while packets.count < 100 {
                let part = try await getter.request("GET", TestEngine.poll(sid)).body.split(separator: "\u{1E}")
                #expect(part.count <= 16)
                packets += part.map(String.init)
            }
            #expect(packets == (0..<100).map { "4\($0)" })
        }
    }

    @Test("A second poll closes the session: the first gets a close packet, the second 400")
    func duplicatePoll() async throws {
        try await withSession { engine, getter, second, sid in
            try await getter.sendRequest("GET", TestEngine.poll(sid))
            // Once a later post is answered the first poll is parked.
            _ = try await second.request("POST", TestEngine.poll(sid), body: "6")
            #expect(try await second.request("GET", TestEngine.poll(sid)).status == 400)
            #expect(try await getter.readResponse().body == "1")
            #expect(await engine.log.next() == "transport error")
            #expect(try await getter.request("GET", TestEngine.poll(sid)).body.contains("Session ID unknown"))
        }
    }

    @Test("A second post while one is being read closes the session")
    func duplicatePost() async throws {
        try await withSession { engine, getter, poster, sid in
            try await getter.send("POST \(TestEngine.poll(sid)) HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n4ab")
            var status = 200
            // Until the first has arrived the second is a post like any.
            while status == 200 {
                status = try await poster.request("POST", TestEngine.poll(sid), body: "6").status
            }
            #expect(status == 400)
            #expect(await engine.log.next() == "transport error")
        }
    }

    @Test("An aborted poll closes the session")
    func abortedPoll() async throws {
        try await withSession { engine, getter, poster, sid in
            try await getter.sendRequest("GET", TestEngine.poll(sid))
            try await getter.close()
            #expect(await engine.log.next() == "transport error")
            #expect(try await poster.request("GET", TestEngine.poll(sid)).status == 400)
            #expect(engine.engine.sessionCount == 0)
        }
    }

    @Test("An aborted post closes the session")
    func abortedPost() async throws {
        try await withSession { engine, _, poster, sid in
            try await poster.send("POST \(TestEngine.poll(sid)) HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n4ab")
            try await poster.close()
            #expect(await engine.log.next() == "transport error")
        }
    }

    @Test("A malformed packet closes the session, after those before it", arguments: ["abc", "4ok\u{1E}", "b###", ""])
    func malformed(body: String) async throws {
        try await withSession { engine, getter, poster, sid in
            let post = try await poster.request("POST", TestEngine.poll(sid), body: body)
            #expect(post.status == 400)
            #expect(post.body == #"{"code":3,"message":"Bad request"}"#)
            #expect(await engine.log.next() == "parse error")
            #expect(try await getter.request("GET", TestEngine.poll(sid)).status == 400)
        }
    }

    @Test("A binary body, which Engine.IO 4 does not have, closes the session")
    func binaryBody() async throws {
        try await withSession { engine, _, poster, sid in
            let headers = ["Content-Type": "application/octet-stream"]
            let post = try await poster.request("POST", TestEngine.poll(sid), headers: headers, body: "4x")
            #expect(post.status == 400)
            #expect(await engine.log.next() == "transport error")
        }
    }

    @Test("A body over the limit is 413, announced or not, and the session lives on")
    func tooLarge() async throws {
        try await withSession(change: { $0.maxPayload = 1000 }) { engine, getter, poster, sid in
            let long = String(repeating: "x", count: 1000)
            let post = try await poster.request("POST", TestEngine.poll(sid), body: "4" + long)
            #expect(post.status == 413)
            #expect(post["access-control-allow-origin"] == "*")
            let again = try await engine.connect()
            #expect(try await again.request("POST", TestEngine.poll(sid), body: "4" + long.dropLast()).status == 200)
            #expect(try await getter.request("GET", TestEngine.poll(sid)).body == "4" + long.dropLast())
        }
    }

    @Test("A client's close lets its poll go with a noop and ends the session")
    func clientCloses() async throws {
        try await withSession { engine, getter, poster, sid in
            try await getter.sendRequest("GET", TestEngine.poll(sid))
            _ = try await poster.request("POST", TestEngine.poll(sid), body: "6")
            #expect(try await poster.request("POST", TestEngine.poll(sid), body: "1\u{1E}4late").body == "ok")
            #expect(await engine.log.next() == "transport close")
            #expect(try await getter.readResponse().body == "6")
            #expect(try await getter.request("GET", TestEngine.poll(sid)).status == 400)
        }
    }

    @Test("A ping from the client, which is the server's to send, closes the session")
    func wrongDirection() async throws {
        try await withSession { engine, _, poster, sid in
            _ = try await poster.request("POST", TestEngine.poll(sid), body: "2")
            #expect(await engine.log.next() == "transport error")
        }
    }

    @Test("The server's close has a poll of its own, after those with what was sent before it")
    func serverCloses() async throws {
        try await withSession { engine, getter, poster, sid in
            _ = try await poster.request("POST", TestEngine.poll(sid), body: "4farewell")
            #expect(await engine.log.next() == "forced close")
            #expect(try await poster.request("POST", TestEngine.poll(sid), body: "4x").status == 400)
            let first = try await getter.request("GET", TestEngine.poll(sid)).body
            #expect(first == (0..<16).map { "4\($0)" }.joined(separator: "\u{1E}"))
            let second = try await getter.request("GET", TestEngine.poll(sid)).body
            #expect(second == (16..<20).map { "4\($0)" }.joined(separator: "\u{1E}"))
            #expect(try await getter.request("GET", TestEngine.poll(sid)).body == "1")
            #expect(try await getter.request("GET", TestEngine.poll(sid)).status == 400)
            #expect(engine.engine.sessionCount == 0)
        }
    }

    @Test("A discarding close leaves nothing")
    func discards() async throws {
        try await withSession { engine, getter, poster, sid in
            _ = try await poster.request("POST", TestEngine.poll(sid), body: "4lost\u{1E}4discard")
            #expect(await engine.log.next() == "forced close")
            #expect(try await getter.request("GET", TestEngine.poll(sid)).status == 400)
        }
    }

    @Test("What nobody fetches after a close goes at its timeout")
    func unfetched() async throws {
        try await withSession(change: { $0.closeTimeout = .milliseconds(20) }) { engine, getter, poster, sid in
            _ = try await poster.request("POST", TestEngine.poll(sid), body: "4farewell")
            try await until("the session is gone") { engine.engine.sessionCount == 0 }
            #expect(try await getter.request("GET", TestEngine.poll(sid)).status == 400)
        }
    }

    @Test("Pings come at their interval and after each pong")
    func pings() async throws {
        try await withSession(change: { $0.pingInterval = .milliseconds(30) }) { _, getter, poster, sid in
            for _ in 0..<3 {
                let poll = try await getter.request("GET", TestEngine.poll(sid))
                #expect(poll.body == "2")
                #expect(try await poster.request("POST", TestEngine.poll(sid), body: "3").status == 200)
            }
        }
    }

    @Test("A client that does not answer a ping is gone")
    func pingTimeout() async throws {
        let change: (inout EngineConfiguration) -> Void = {
            $0.pingInterval = .milliseconds(20)
            $0.pingTimeout = .milliseconds(50)
        }
        try await withSession(change: change) { engine, getter, _, sid in
            await engine.log.wait(for: "ping timeout")
            let poll = try await getter.request("GET", TestEngine.poll(sid))
            #expect(poll.body == #"{"code":1,"message":"Session ID unknown"}"#)
        }
    }

    @Test("A poll that waits when the session times out is answered with a close")
    func pingTimeoutWhileParked() async throws {
        try await withSession(change: { $0.pingInterval = .milliseconds(20) }) { engine, getter, _, sid in
            #expect(try await getter.request("GET", TestEngine.poll(sid)).body == "2")
            try await getter.sendRequest("GET", TestEngine.poll(sid))
            engine.engine.forEachSession { $0.close(.pingTimeout) }
            await engine.log.wait(for: "ping timeout")
            // Parked or just arriving, it fetches the close.
            #expect(try await getter.readResponse().body == "1")
        }
    }

    @Test("A client that fetches too little is too slow: its last poll has the last words, the next the close")
    func tooSlow() async throws {
        try await withSession { engine, getter, poster, sid in
            _ = try await poster.request("POST", TestEngine.poll(sid), body: "4flood")
            await engine.log.wait(for: "too slow")
            #expect(try await poster.request("POST", TestEngine.poll(sid), body: "4x").status == 400)
            #expect(try await getter.request("GET", TestEngine.poll(sid)).body == "4last words: too slow")
            #expect(try await getter.request("GET", TestEngine.poll(sid)).body == "1")
        }
    }

    @Test("What is not counted against a slow client fills its account: its next POST waits until it fetches")
    func accountIsFull() async throws {
        try await withSession { engine, getter, poster, sid in
            _ = try await poster.request("POST", TestEngine.poll(sid), body: "4fill")
            try await poster.sendRequest("POST", TestEngine.poll(sid), body: "4x")
            var fetched = 0
            var last = ""
            while !last.hasSuffix("4x") {
                last = try await getter.request("GET", TestEngine.poll(sid)).body
                fetched += last.utf8.count
            }
            #expect(fetched > 3_000_000)
            #expect(try await poster.readResponse().body == "ok")
            await engine.log.wait(for: "drained")
        }
    }

    @Test("A POST of very many packets is taken in parts, in order, and answered after the last")
    func manyPackets() async throws {
        try await withSession { _, getter, poster, sid in
            let count = 3000
            let body = (0..<count).map { "4\($0)" }.joined(separator: "\u{1E}")
            #expect(try await poster.request("POST", TestEngine.poll(sid), body: body).body == "ok")
            var packets: [Substring] = []
            while packets.count < count {
                packets += try await getter.request("GET", TestEngine.poll(sid)).body.split(separator: "\u{1E}")
            }
            #expect(packets.map(String.init) == (0..<count).map { "4\($0)" })
        }
    }

    @Test("Before anybody vouches for a client its POSTs are short", arguments: [false, true])
    func beforeTrust(isTrusted: Bool) async throws {
        let change: (inout EngineConfiguration) -> Void = { $0.beforeTrust = (100, 1000) }
        let long = "4" + String(repeating: "x", count: 200)
        try await withSession(change: change) { _, getter, poster, sid in
            if isTrusted { _ = try await poster.request("POST", TestEngine.poll(sid), body: "4trust") }
            let status = try await poster.request("POST", TestEngine.poll(sid), body: long).status
            #expect(status == (isTrusted ? 200 : 413))
            if isTrusted { #expect(try await getter.request("GET", TestEngine.poll(sid)).body == long) }
        }
    }
}
