import NIOCore
import NIOHTTP1
import Testing

@testable import SocketServer

@Suite("UTF-8, masks, handshake")
struct CodecTests {
    private func isValid(_ bytes: [UInt8]) -> Bool {
        bytes.withUnsafeBytes { whole in
            var validator = UTF8Validator()
            return validator.consume(whole) && validator.isComplete
        }
    }

    @Test("UTF-8 is judged as the standard library judges it, for every leading byte and the bounds of the second")
    func utf8() {
        for first in UInt8.min...UInt8.max {
            for second: UInt8 in [0x41, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xFF] {
                for tail: [UInt8] in [[], [0x80], [0x80, 0x80], [0xBF, 0xBF, 0x61]] {
                    let bytes = [first, second] + tail
                    let expected = String(validating: bytes, as: UTF8.self) != nil
                    if isValid(bytes) != expected { Issue.record("\(bytes) should be \(expected)") }
                }
            }
        }
    }

    @Test("A long ASCII text with one bad byte anywhere is refused")
    func badByteAnywhere() {
        for position in 0..<40 {
            var bytes = [UInt8](repeating: 0x61, count: 40)
            #expect(isValid(bytes))
            bytes[position] = 0xFF
            #expect(!isValid(bytes))
        }
    }

    @Test("Unmasking in parts gives what unmasking whole gives")
    func mask() {
        let key: [UInt8] = [1, 2, 3, 4]
        let word = key.withUnsafeBytes { $0.loadUnaligned(as: UInt32.self) }
        for length in 0..<40 {
            let clear = (0..<length).map { UInt8($0) }
            let masked = clear.enumerated().map { $1 ^ key[$0 % 4] }
            for cut in 0...length {
                var bytes = masked
                bytes.withUnsafeMutableBytes { all in
                    WebSocketMask.apply(word, to: .init(rebasing: all[..<cut]), offset: 0)
                    WebSocketMask.apply(word, to: .init(rebasing: all[cut...]), offset: cut)
                }
                #expect(bytes == clear)
            }
        }
    }

    private func handshake(_ change: (inout HTTPRequestHead) -> Void) -> WebSocketHandshake.Answer {
        var head = HTTPRequestHead(
            version: .http1_1, method: .GET, uri: "/",
            headers: [
                "Host": "x", "Upgrade": "websocket", "Connection": "keep-alive, Upgrade",
                "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==", "Sec-WebSocket-Version": "13",
            ])
        change(&head)
        return WebSocketHandshake.answer(to: head)
    }

    @Test("The handshake of RFC 6455 is accepted with its answer")
    func accept() {
        let answer = handshake { _ in }
        #expect(answer == .accept("s3pPLMBiTxaQ9kYGzzhZRbK+xOo="))
    }

    @Test("Handshakes that are none are refused, another version with the one spoken")
    func refuse() {
        let spoiled: [(String, (inout HTTPRequestHead) -> Void)] = [
            ("POST", { $0.method = .POST }), ("HTTP/1.0", { $0.version = .http1_0 }),
            ("no Connection", { $0.headers.remove(name: "Connection") }),
            ("no key", { $0.headers.remove(name: "Sec-WebSocket-Key") }),
            ("short key", { $0.headers.replaceOrAdd(name: "Sec-WebSocket-Key", value: "c2hvcnQ=") }),
            ("a body", { $0.headers.add(name: "Content-Length", value: "3") }),
        ]
        for (name, change) in spoiled {
            let answer = handshake(change)
            #expect(answer == .refuse(.badRequest, [:]), "\(name)")
        }
        let upgrade = WebSocketHandshake.Answer.refuse(
            .upgradeRequired, ["Sec-WebSocket-Version": "13", "Upgrade": "websocket"])
        let old = handshake { $0.headers.replaceOrAdd(name: "Sec-WebSocket-Version", value: "8") }
        let none = handshake { $0.headers.remove(name: "Sec-WebSocket-Version") }
        #expect(old == upgrade)
        #expect(none == upgrade)
    }
}
