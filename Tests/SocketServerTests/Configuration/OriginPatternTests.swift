import NIOHTTP1
import Testing

@testable import SocketServer

@Suite("Origins")
struct OriginPatternTests {
    @Test(
        "A listed origin matches what browsers send for it",
        arguments: [
            ("https://chat.example.com", "https://chat.example.com"),
            ("https://chat.example.com/", "https://chat.example.com"),
            ("HTTPS://Chat.Example.COM", "https://chat.example.com"),
            ("https://chat.example.com:443", "https://chat.example.com"),
            ("https://chat.example.com", "https://chat.example.com:443"),
            ("http://chat.example.com:80/", "http://chat.example.com"),
            ("http://localhost:3000", "http://localhost:3000"),
            ("https://chat.example.com:08443", "https://chat.example.com:8443"),
            ("https://bücher.example", "https://xn--bcher-kva.example"),
            ("https://BÜCHER.example", "https://xn--bcher-kva.example"),
            ("https://xn--bcher-kva.example", "https://bücher.example"),
            ("https://XN--BCHER-KVA.example", "https://xn--bcher-kva.example"),
            ("https://例え.テスト", "https://xn--r8jz45g.xn--zckzah"),
            ("https://почта.рф", "https://xn--80a1acny.xn--p1ai"),
            ("https://faß.example", "https://xn--fa-hia.example"),
            ("https://*.example.com", "https://a.example.com"),
            ("https://*.example.com:8443", "https://a.example.com:8443"),
            ("https://*.bücher.example", "https://a.xn--bcher-kva.example"),
            ("https://*.bücher.example", "https://xn--bcher-kva.xn--bcher-kva.example"),
            ("http://*.localhost", "http://a.localhost"),
            ("http://[::1]:3000", "http://[::1]:3000"), ("http://[0:0:0:0:0:0:0:1]", "http://[::1]"),
            ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
            ("capacitor://localhost", "capacitor://localhost"), ("app://-", "app://-"),
            ("file://", "file://"), ("null", "null"),
        ])
    func matches(listed: String, sent: String) throws {
        #expect(try CORSPolicy(origins: [listed]).allows(origin: sent))
    }

    @Test(
        "It matches nothing else",
        arguments: [
            ("https://chat.example.com", "http://chat.example.com"),
            ("https://chat.example.com", "https://chat.example.com:8443"),
            ("https://chat.example.com", "https://chat.example.com.evil.example"),
            ("https://*.example.com", "https://example.com"), ("https://*.example.com", "https://a.b.example.com"),
            ("https://*.example.com", "https://a.example.com:8443"), ("https://*.example.com", "http://a.example.com"),
            ("https://*.example.com", "https://evilexample.com"), ("https://*.example.com", "https://.example.com"),
            ("https://*.example.com", "https://*.example.com"),
            ("https://*.example.com", "https://evil.example/.example.com"),
            ("https://*.example.com", "https://evil.example#.example.com"),
            ("https://*.example.com", "https://a@b.example.com"), ("https://*.example.com", "null"),
            ("https://*.example.com", ""), ("https://chat.example.com", "chat.example.com"),
        ])
    func refuses(listed: String, sent: String) throws {
        #expect(try !CORSPolicy(origins: [listed]).allows(origin: sent))
    }

    @Test("An origin that is longer than any is none, at once")
    func long() throws {
        let policy = try CORSPolicy(origins: ["https://*.example.com"])
        #expect(!policy.allows(origin: "https://" + String(repeating: "a\u{301}", count: 1_000_000) + ".example.com"))
        #expect(!policy.allows(origin: "https://" + String(repeating: "é", count: 400) + ".example.com"))
    }

    @Test(
        "What no browser could ever send is no origin, and says why",
        arguments: [
            ("chat.example.com", "scheme"), ("//chat.example.com", "scheme"), ("://a", "scheme"),
            ("1http://a", "scheme"), ("https://", "host"), ("https:///", "after its host"),
            ("https://a/b", "after its host"), ("https://a?b", "after its host"), ("https://a#b", "after its host"),
            ("https://user@a.example", "user"), ("https://a.example:x", "port"), ("https://a.example:0", "port"),
            ("https://a.example:65536", "port"), ("https://a.example:", "port"), ("http://localhost:*", "port"),
            ("https://*", "*"), ("https://*.com", "too wide"), ("https://a.*.example.com", "*"),
            ("https://a*.example.com", "*"), ("https://*.*.example.com", "*"), ("*://a.example", "scheme"),
            ("https://a..example", "empty part"), ("https://.example.com", "empty part"),
            ("https://a b.example", "no name"), ("https://[::x]", "IPv6"), ("wss://a.example", "WebSocket"),
            ("https://" + String(repeating: "a", count: 64) + ".example", "too long"),
        ])
    func faults(text: String, reason: String) {
        do {
            _ = try OriginPattern(text)
            Issue.record("\(text) was taken")
        } catch {
            #expect(error.description.contains(reason), "\(text): \(error)")
        }
    }

    @Test("A page that a * lets in is echoed with credentials")
    func echo() throws {
        var headers = HTTPHeaders()
        try CORSPolicy(origins: ["https://*.example.com"]).apply(
            to: &headers, for: ["Origin": "https://a.example.com"])
        #expect(headers["access-control-allow-origin"] == ["https://a.example.com"])
        #expect(headers["access-control-allow-credentials"] == ["true"] && headers["vary"] == ["Origin"])
    }
}
