import Testing

@testable import SocketServer

@Suite("The path of a proxy")
struct PathPrefixTests {
    @Test(
        "It is read with and without slashes at its ends",
        arguments: [
            ("/chat", "/chat"), ("chat", "/chat"), ("/chat/", "/chat"), ("/a/b_c~d.e-f", "/a/b_c~d.e-f"),
        ])
    func reading(text: String, path: String) {
        #expect(PathPrefix(text)?.description == path)
    }

    @Test(
        "What is no path of plain parts is none",
        arguments: [
            "", "/", "//", "/a//b", "//a", "/a/../b", "/..", "/.", "/a b", "/ä", "/%41", "/a?b", "/a#b", "/{id}",
            "http://a/b", "/" + String(repeating: "a", count: 200),
        ])
    func noPath(text: String) {
        #expect(PathPrefix(text) == nil)
    }

    @Test("A target is inside of it by its whole parts, byte by byte")
    func inside() throws {
        let prefix = try #require(PathPrefix("/chat"))
        #expect(prefix.inside("/chat/socket.io/?EIO=4") == "/socket.io/?EIO=4")
        #expect(prefix.inside("/chat/") == "/" && prefix.inside("/chat/chat/x") == "/chat/x")
        for target in ["/chat", "/chat?x", "/chats/x", "/Chat/x", "/%63hat/x", "/", "", "*", "/cha", "/x/chat/y"] {
            #expect(prefix.inside(target) == nil, "\(target)")
        }
    }

    @Test("A service has its path inside of the prefix too, and the fallback everything else")
    func routes() throws {
        final class Service: LoopHTTPService {
            func begin(_ exchange: HTTPExchange) {}
        }
        var routes = HTTPRoutes(prefix: PathPrefix("/chat"))
        routes.add("/socket.io/", Service())
        for target in ["/socket.io/", "/socket.io/?a", "/chat/socket.io/", "/chat/socket.io/?a"] {
            #expect(routes.service(for: target) is Service, "\(target)")
        }
        for target in ["/chat/chat/socket.io/", "/chat", "/chat/", "/chat/socket.io", "/x/socket.io/"] {
            #expect(!(routes.service(for: target) is Service), "\(target)")
        }
    }
}
