import NIOCore
import NIOHTTP1
import Testing

@testable import SocketServer

@Suite("Addresses, proxies, CORS")
struct ConfigurationTests {
    @Test(
        "Addresses are read",
        arguments: [
            ("127.0.0.1:5000", ListenAddress.tcp(host: "127.0.0.1", port: 5000)),
            ("[::]:5000", .tcp(host: "::", port: 5000)), (":80", .tcp(host: "::", port: 80)),
            ("localhost:0", .tcp(host: "localhost", port: 0)), ("unix:/run/x.sock", .unix(path: "/run/x.sock")),
        ])
    func addresses(text: String, expected: ListenAddress) throws {
        #expect(try ListenAddress(text) == expected)
    }

    @Test(
        "What is no address is refused",
        arguments: ["", "5000", "host:", "host:x", "host:65536", "::1:5000", "[host]:1", "unix:"])
    func badAddresses(text: String) {
        #expect(throws: SocketServerError.self) { try ListenAddress(text) }
    }

    private func client(_ networks: [String], peer: String, forwarded: [String]) throws -> String {
        var headers = HTTPHeaders()
        for value in forwarded { headers.add(name: "X-Forwarded-For", value: value) }
        return try TrustedProxies(networks).client(
            peer: try SocketAddress(ipAddress: peer, port: 1), headers: headers)
    }

    @Test("The client is the first untrusted address from the right, and only a trusted peer is believed")
    func forwarded() throws {
        let networks = ["10.0.0.0/8", "fd00::/8", "192.0.2.7"]
        #expect(try client(networks, peer: "203.0.113.1", forwarded: ["1.2.3.4"]) == "203.0.113.1")
        #expect(try client(networks, peer: "10.1.2.3", forwarded: ["1.2.3.4"]) == "1.2.3.4")
        #expect(try client(networks, peer: "10.1.2.3", forwarded: ["6.6.6.6, 1.2.3.4, 10.9.9.9"]) == "1.2.3.4")
        #expect(try client(networks, peer: "10.1.2.3", forwarded: ["6.6.6.6", "1.2.3.4, 192.0.2.7"]) == "1.2.3.4")
        #expect(try client(networks, peer: "::ffff:10.1.2.3", forwarded: ["2001:db8::1"]) == "2001:db8::1")
        #expect(try client(networks, peer: "fd00::5", forwarded: ["[2001:db8::1]:99"]) == "2001:db8::1")
        #expect(try client(networks, peer: "10.1.2.3", forwarded: ["1.2.3.4:8080"]) == "1.2.3.4")
        #expect(try client(networks, peer: "10.1.2.3", forwarded: ["9.9.9.9, unknown"]) == "10.1.2.3")
        #expect(try client(networks, peer: "10.1.2.3", forwarded: []) == "10.1.2.3")
        #expect(try client(networks, peer: "10.1.2.3", forwarded: ["1.2.3.4\0 and more"]) == "10.1.2.3")
        // Like a mapped address, and none.
        let six = "::ffff:fff:1.2.3.4"
        #expect(try client(networks, peer: "10.1.2.3", forwarded: [six]) == six)
        #expect(try client(networks, peer: "192.0.2.8", forwarded: ["1.2.3.4"]) == "192.0.2.8")
    }

    @Test("A network's bits count to the bit")
    func bits() throws {
        let proxies = try TrustedProxies(["172.16.0.0/12"])
        #expect(proxies.isTrusted("172.31.255.255"))
        #expect(!proxies.isTrusted("172.32.0.0"))
        let everyIPv4 = try TrustedProxies(["0.0.0.0/0"])
        #expect(everyIPv4.isTrusted("8.8.8.8"))
        #expect(!everyIPv4.isTrusted("2001:db8::1"))
    }

    @Test("This machine and private networks may be named")
    func namedNetworks() throws {
        let loopback = try TrustedProxies(["loopback"])
        #expect(["127.0.0.1", "127.9.9.9", "::1"].allSatisfy { loopback.isTrusted($0) })
        #expect(!loopback.isTrusted("10.0.0.1") && !loopback.isTrusted("unix"))
        let inside = try TrustedProxies(["private"])
        let addresses = ["10.1.1.1", "172.31.0.1", "192.168.7.7", "100.64.0.1", "169.254.1.1", "fd12::1", "fe80::1"]
        #expect(addresses.allSatisfy { inside.isTrusted($0) })
        #expect(["127.0.0.1", "172.32.0.1", "203.0.113.1", "2001:db8::1"].allSatisfy { !inside.isTrusted($0) })
    }

    @Test(
        "What is no network is refused",
        arguments: ["", "10.0.0.0/33", "::/129", "host", "10.0.0.0/-1", "1.2.3.4/8/8"])
    func badNetworks(text: String) {
        #expect(throws: SocketServerError.self) { try TrustedProxies([text]) }
    }

    @Test("Any origin is allowed without credentials; a listed one is echoed, with them and Vary")
    func cors() throws {
        var headers = HTTPHeaders()
        CORSPolicy.any.apply(to: &headers, for: ["Origin": "https://a.example"])
        #expect(headers["access-control-allow-origin"] == ["*"])
        #expect(!headers.contains(name: "access-control-allow-credentials"))

        let listed = try CORSPolicy(origins: ["https://A.example/"])
        headers = [:]
        listed.apply(to: &headers, for: ["Origin": "https://a.example"])
        #expect(headers["access-control-allow-origin"] == ["https://a.example"])
        #expect(headers["access-control-allow-credentials"] == ["true"])
        #expect(headers["vary"] == ["Origin"])

        headers = [:]
        listed.apply(to: &headers, for: ["Origin": "https://b.example"])
        #expect(!headers.contains(name: "access-control-allow-origin"))
        #expect(headers["vary"] == ["Origin"])
        #expect(listed.allows(origin: nil))
        #expect(!listed.allows(origin: "https://b.example"))
        #expect(try CORSPolicy(origins: ["https://a.example", "*"]) == .any)
    }

    @Test("The date is written as HTTP has it")
    func date() {
        #expect(HTTPDate.format(784_111_777) == "Sun, 06 Nov 1994 08:49:37 GMT")
    }
}
