import NIOCore
import SocketTestKit
import Synchronization
import Testing

@testable import SocketServer

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A descriptor's number is another connection's as soon as the first is closed: nothing that is sent to that first one
/// reaches it then.
@Suite("The descriptor of a closed connection", .timeLimit(.minutes(5)))
struct DescriptorTests {
    /// One who opens connections until one has the number, and hears what comes by it.
    private final class Heir {
        private var pairs: [(own: CInt, peer: CInt)] = []
        private let number: CInt
        private(set) var hasInherited = false

        init(_ number: CInt) { self.number = number }

        /// The lowest free number is given away first, so a few attempts do, whatever other threads open meanwhile.
        func inherit() {
            for _ in 0..<64 where !hasInherited {
                var ends: [CInt] = [-1, -1]
                #if canImport(Glibc)
                let type = CInt(SOCK_STREAM.rawValue)
                #else
                let type = SOCK_STREAM
                #endif
                guard socketpair(AF_UNIX, type, 0, &ends) == 0 else { return }
                pairs.append((ends[0], ends[1]))
                hasInherited = ends.contains(number)
            }
        }

        /// Bytes that came by its connection; both of its ends are closed then.
        func heard() -> Int {
            defer {
                for pair in pairs {
                    close(pair.own)
                    close(pair.peer)
                }
                pairs = []
            }
            return pairs.reduce(0) { sum, pair in
                [pair.own, pair.peer].reduce(sum) { sum, end in
                    var byte: UInt8 = 0
                    return sum + max(0, recv(end, &byte, 1, CInt(MSG_DONTWAIT)))
                }
            }
        }
    }

    /// Attaches a delegate to each WebSocket.
    private struct Service: LoopHTTPService {
        let attach: @Sendable (WebSocketConnection) -> Void

        func begin(_ exchange: HTTPExchange) { exchange.receiver = Receiver(attach) }

        private final class Receiver: HTTPExchangeReceiver {
            private let attach: @Sendable (WebSocketConnection) -> Void
            init(_ attach: @escaping @Sendable (WebSocketConnection) -> Void) { self.attach = attach }
            func exchange(_ exchange: HTTPExchange, didReceiveBody part: ByteBuffer) {}
            func exchangeDidClose(_ exchange: HTTPExchange) {}
            func exchangeDidReceiveEnd(_ exchange: HTTPExchange) {
                exchange.acceptWebSocket(.init(maximumMessageSize: 1000), attach: attach)
            }
        }
    }

    private final class Delegate: WebSocketDelegate {
        /// What is done with the first message.
        var onText: (WebSocketConnection) -> Void = { _ in }
        var onEnd: (WebSocketConnection) -> Void = { _ in }

        func webSocket(_ socket: WebSocketConnection, didReceiveText text: ByteBuffer) { onText(socket) }
        func webSocket(_ socket: WebSocketConnection, didReceiveBinary bytes: ByteBuffer) {
            socket.setReadingHeld(true, for: .session)
        }
        func webSocketDidReceiveBurst(_ socket: WebSocketConnection) {}
        func webSocket(_ socket: WebSocketConnection, didCloseWith reason: WebSocketCloseReason) { onEnd(socket) }
    }

    private static var frame: ByteBuffer {
        var frame = ByteBuffer()
        WebSocketFrame.append(text: ByteBuffer(string: "for somebody else"), to: &frame)
        return frame
    }

    /// Sends by every way there is, with the number in another's hands.
    private static func sendAll(_ socket: WebSocketConnection) {
        let sent = frame.withUnsafeReadableBytes { socket.sendAtOnce($0) }
        if case .notSent = sent {} else { Issue.record("sent at once to a descriptor that is closed") }
        socket.write(frame)
        socket.flush()
        socket.write(frame, isCounted: false)
        socket.closeDropping(lastWords: frame)
        socket.close()
        socket.flush()
    }

    private func test(
        _ attach: @escaping @Sendable (WebSocketConnection, Heir, AsyncStream<Int>.Continuation) -> Void,
        client act: (RawClient) async throws -> Void
    ) async throws {
        let (results, result) = AsyncStream.makeStream(of: Int.self)
        var routes = HTTPRoutes(fallback: EchoResponder())
        routes.add("/socket", Service { socket in
            if let number = socket.descriptor {
                attach(socket, Heir(number), result)
            } else {
                Issue.record("no descriptor")
            }
        })
        try await TestServer.with(routes) { server in
            let client = try await server.connect()
            #expect(try await client.upgrade("/socket").status == 101)
            try await act(client)
            for await heard in results {
                #expect(heard == 0)
                break
            }
        }
    }

    @Test("After the close of its own, in the same turn of the loop and in a later one")
    func aborted() async throws {
        try await test { socket, heir, result in
            let delegate = Delegate()
            socket.delegate = delegate
            let bound = NIOLoopBound(heir, eventLoop: socket.eventLoop)
            let (loop, own) = (socket.eventLoop, NIOLoopBound(socket, eventLoop: socket.eventLoop))
            delegate.onText = { socket in
                #expect(Self.frame.withUnsafeReadableBytes { socket.sendAtOnce($0) } == .sent)
                socket.abort()
                bound.value.inherit()
                #expect(bound.value.hasInherited)
                Self.sendAll(socket)
                loop.execute {
                    Self.sendAll(own.value)
                    result.yield(bound.value.heard())
                }
            }
        } client: { client in
            try await client.sendText("go")
            #expect(try await client.readText() == "for somebody else")
        }
    }

    @Test("While the connection tells of its end, which is after its descriptor was closed")
    func ending() async throws {
        try await test { socket, heir, result in
            let delegate = Delegate()
            socket.delegate = delegate
            let bound = NIOLoopBound(heir, eventLoop: socket.eventLoop)
            delegate.onEnd = { socket in
                bound.value.inherit()
                #expect(bound.value.hasInherited)
                Self.sendAll(socket)
                result.yield(bound.value.heard())
            }
        } client: { client in
            try await client.close()
        }
    }

    @Test("While what was held back of it is dealt with at its end: answers go nowhere")
    func lastSlice() async throws {
        try await test { socket, heir, result in
            let delegate = Delegate()
            socket.delegate = delegate
            let bound = NIOLoopBound(heir, eventLoop: socket.eventLoop)
            delegate.onText = { socket in
                bound.value.inherit()
                #expect(bound.value.hasInherited)
                Self.sendAll(socket)
                result.yield(bound.value.heard())
            }
        } client: { client in
            // Reading is held with the first; the second is dealt with when the connection has ended.
            try await client.send(RawFrame.encode(opcode: 2, payload: [1]) + RawFrame.encode(opcode: 1, payload: [65]))
            try await client.close()
        }
    }
}
