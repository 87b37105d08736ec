import NIOCore
import NIOHTTP1
import Testing

@testable import EngineIO

@Suite("Handshake")
struct HandshakeTests {
    @Test("A query is decoded as browsers encode it, the last of equal names counting")
    func query() {
        let query = EngineQuery("EIO=4&a=x+y%21&sid=one&sid=two&empty=&flag&%C3%BC=%e2%82%ac&broken=%4&x=a=b")
        #expect(query["EIO"] == "4")
        #expect(query["a"] == "x y!")
        #expect(query["sid"] == "two")
        #expect(query["empty"] == "")
        #expect(query["flag"] == "")
        #expect(query["ü"] == "€")
        #expect(query["broken"] == "%4")
        #expect(query["x"] == "a=b")
        #expect(query["none"] == nil)
        #expect(EngineQuery("").items.isEmpty)
    }

    @Test("Headers come back as they were")
    func headers() {
        let headers: HTTPHeaders = ["Authorization": "Bearer a:b", "X-Empty": "", "Cookie": "a=1", "cookie": "b=2"]
        let handshake = EngineHandshake(
            path: "/socket.io/", rawQuery: "EIO=4&token=t", headers: headers, remoteAddress: "127.0.0.1",
            isSecure: false, transport: .polling)
        #expect(handshake.headers == headers)
        #expect(handshake.query["token"] == "t")
    }

    @Test("What nobody will ask for is let go: the query, and headers but those named")
    func reduced() {
        let headers: HTTPHeaders = ["User-Agent": "one", "Cookie": "a=1", "Authorization": "Bearer t", "Via": "b"]
        let handshake = EngineHandshake(
            path: "/socket.io/", rawQuery: "EIO=4&token=t", headers: headers, remoteAddress: "127.0.0.1",
            isSecure: true, transport: .websocket
        ).reduced(toHeaders: ["user-agent", "authorization", "absent"])
        #expect(handshake.headers == ["user-agent": "one", "authorization": "Bearer t"])
        #expect(handshake.query.items.isEmpty)
        #expect(handshake.path == "/socket.io/")
        #expect(handshake.remoteAddress == "127.0.0.1")
        #expect(handshake.isSecure)
        #expect(handshake.transportName == "websocket")
    }

    @Test("Ids are 20 URL-safe characters, and no two are alike")
    func ids() {
        let ids = Set((0..<1000).map { _ in RandomID.make() })
        #expect(ids.count == 1000)
        for id in ids {
            #expect(id.utf8.count == 20)
            #expect(id.utf8.allSatisfy { $0.isURLSafe })
        }
    }
}

extension UInt8 {
    fileprivate var isURLSafe: Bool {
        switch self {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x5F: true
        default: false
        }
    }
}
