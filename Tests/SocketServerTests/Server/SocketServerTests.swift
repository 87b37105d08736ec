import NIOCore
import SocketServer
import SocketTestKit
import Testing

#if canImport(Glibc)
import Glibc
#endif

@Suite("Socket server", .timeLimit(.minutes(5)))
struct SocketServerTests {
    private func temporaryPath() -> String {
        "/tmp/socket-server-tests-\(getpid())-\(UInt64.random(in: 0...UInt64.max))"
    }

    @Test("It listens at a Unix socket, replaces a stale one, and leaves a served one alone")
    func unixSocket() async throws {
        let path = temporaryPath()
        defer { unlink(path) }
        for _ in 0..<2 {
            try await TestServer.with(
                HTTPRoutes(fallback: EchoResponder()), change: { $0.listen = [.unix(path: path)] }
            ) { _ in
                let client = try await RawClient.connect(path: path)
                #expect(try await client.request("GET", "/").body == "GET / unix ")
                let second = SocketServer(
                    configuration: .init(listen: [.unix(path: path)], threads: 1), routes: HTTPRoutes())
                await #expect(throws: SocketServerError.self) { try await second.start() }
                await second.shutdown(within: .zero)
                #expect(try await client.request("GET", "/").status == 200)
            }
        }
    }

    #if os(Linux)
    /// How many sockets of this process the kernel keeps so little of.
    private var boundedSockets: Int {
        (0..<1024).count { (descriptor: CInt) -> Bool in
            var value: CInt = 0
            var size = socklen_t(MemoryLayout<CInt>.size)
            // TCP_NOTSENT_LOWAT
            return getsockopt(descriptor, CInt(IPPROTO_TCP), 25, &value, &size) == 0 && value == 128 << 10
        }
    }

    @Test("What the kernel keeps of a connection that nobody reads is bounded")
    func boundedInKernel() async throws {
        try await TestServer.with(HTTPRoutes(fallback: EchoResponder())) { server in
            let before = boundedSockets
            let clients = [try await server.connect(), try await server.connect()]
            for client in clients { #expect(try await client.request("GET", "/").status == 200) }
            #expect(boundedSockets == before + 2)
        }
    }
    #endif

    @Test("An address in use is told as that")
    func inUse() async throws {
        try await TestServer.with(HTTPRoutes()) { server in
            let address = ListenAddress.tcp(host: "127.0.0.1", port: server.port)
            let second = SocketServer(configuration: .init(listen: [address], threads: 1), routes: HTTPRoutes())
            await #expect {
                try await second.start()
            } throws: { error in
                if case SocketServerError.addressInUse(let text) = error { return text == address.description }
                return false
            }
            await second.shutdown(within: .zero)
        }
    }

    @Test("The any address takes IPv4, and its clients are shown as IPv4")
    func dualStack() async throws {
        try await TestServer.with(
            HTTPRoutes(fallback: EchoResponder()), change: { $0.listen = [.tcp(host: "::", port: 0)] }
        ) { server in
            let client = try await server.connect()
            #expect(try await client.request("GET", "/").body == "GET / 127.0.0.1 ")
        }
    }

    @Test("It takes a descriptor that listens already")
    func descriptor() async throws {
        let path = temporaryPath()
        defer { unlink(path) }
        let descriptor = try Self.listeningSocket(at: path)
        try await TestServer.with(
            HTTPRoutes(fallback: EchoResponder()), change: { $0.listen = [.descriptor(descriptor)] }
        ) { _ in
            let client = try await RawClient.connect(path: path)
            #expect(try await client.request("GET", "/x").body == "GET /x unix ")
        }
    }

    private static func listeningSocket(at path: String) throws -> CInt {
        let descriptor = socket(AF_UNIX, CInt(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let bound = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        try #require(bound == 0 && listen(descriptor, 16) == 0)
        return descriptor
    }

    @Test("A stopping server ends idle connections and finishes what it is at")
    func shutdown() async throws {
        let parking = ParkingService()
        var routes = HTTPRoutes(fallback: EchoResponder())
        routes.add("/slow", parking)
        let server = SocketServer(
            configuration: .init(listen: [.tcp(host: "127.0.0.1", port: 0)], threads: 1), routes: routes)
        let port = try await Self.port(of: server)
        let idle = try await RawClient.connect(port: port)
        _ = try await idle.request("GET", "/")
        let busy = try await RawClient.connect(port: port)
        try await busy.sendRequest("GET", "/slow")
        await parking.arrived.wait()
        async let ended: Void = server.shutdown(within: .seconds(20))
        await idle.waitForEnd()
        try await parking.answer("/slow", body: "done")
        let response = try await busy.readResponse()
        #expect(response.body == "done")
        #expect(response["connection"] == "close")
        await busy.waitForEnd()
        await ended
        #expect(server.connectionCount == 0)
    }

    @Test("A connection that does not end is closed at the deadline")
    func deadline() async throws {
        let parking = ParkingService()
        var routes = HTTPRoutes()
        routes.add("/slow", parking)
        let server = SocketServer(
            configuration: .init(listen: [.tcp(host: "127.0.0.1", port: 0)], threads: 1), routes: routes)
        let port = try await Self.port(of: server)
        let client = try await RawClient.connect(port: port)
        try await client.sendRequest("GET", "/slow")
        await parking.arrived.wait()
        await server.shutdown(within: .milliseconds(50))
        // It was not answered, as `answer` was never told, and is closed all the same.
        await #expect(throws: RawClientError.self) { try await client.readResponse() }
        #expect(client.isAtEnd && server.connectionCount == 0)
    }

    /// Starts it; a start that gives no port is a failure, not the end of the test.
    private static func port(of server: SocketServer) async throws -> Int {
        let address = try #require(try await server.start().first)
        guard case .tcp(_, let port) = address else { throw SocketServerError.malformedAddress("\(address)") }
        return port
    }

    @Test("It speaks TLS, and takes a new certificate while it serves")
    func tls() async throws {
        try await TestCertificate.withFiles { certificate, key in
            let tls = try TLSCredentials(certificateFile: certificate, keyFile: key)
            var routes = HTTPRoutes(fallback: EchoResponder())
            routes.add("/echo", EchoSocket.Service())
            try await TestServer.with(routes, change: { $0.tls = tls }) { server in
                let first = try await RawClient.connect(port: server.port, isSecure: true)
                #expect(try await first.request("GET", "/").body == "GET / 127.0.0.1 ")
                try TestCertificate.write("no certificate", to: certificate)
                #expect(throws: SocketServerError.self) { try tls.reload() }
                try TestCertificate.write(TestCertificate.certificate, to: certificate)
                try tls.reload()
                let second = try await RawClient.connect(port: server.port, isSecure: true)
                #expect(try await second.upgrade("/echo").status == 101)
                try await second.sendText("hello")
                #expect(try await second.readText() == "hello")
                #expect(try await first.request("GET", "/").status == 200)
                let plain = try await server.connect()
                try await plain.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
                await plain.waitForEnd()
            }
        }
    }

    @Test("Credentials that cannot be read are told")
    func badCredentials() {
        #expect(throws: SocketServerError.self) { try TLSCredentials(certificateFile: "/none", keyFile: "/none") }
    }

    @Test("The word of a trusted proxy about its client is taken")
    func proxy() async throws {
        try await TestServer.with(
            HTTPRoutes(fallback: EchoResponder()),
            change: { $0.trustedProxies = (try? TrustedProxies(["127.0.0.0/8"])) ?? TrustedProxies() }
        ) { server in
            let client = try await server.connect()
            let response = try await client.request("GET", "/", headers: ["X-Forwarded-For": "192.0.2.9"])
            #expect(response.body == "GET / 192.0.2.9 ")
        }
    }
}
