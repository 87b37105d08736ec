import NIOCore
import SocketServer
import SocketTestKit
import Testing

/// Sending at once, past the queue of the connection, to a client that does not read for a while.
@Suite("Frames sent at once", .timeLimit(.minutes(5)))
struct DirectSendTests {
    private static let count = 600
    private static let size = 30_000

    /// Answers any message with a long row of numbered ones, by the shortest way that is open.
    private final class Flood: WebSocketDelegate {
        struct Service: LoopHTTPService {
            let done: AsyncStream<Void>.Continuation

            func begin(_ exchange: HTTPExchange) { exchange.receiver = Receiver(done) }
        }

        final class Receiver: HTTPExchangeReceiver {
            private let done: AsyncStream<Void>.Continuation

            init(_ done: AsyncStream<Void>.Continuation) { self.done = done }

            func exchange(_ exchange: HTTPExchange, didReceiveBody part: ByteBuffer) {}
            func exchangeDidReceiveEnd(_ exchange: HTTPExchange) {
                exchange.acceptWebSocket(.init(maximumMessageSize: 1000)) { [done] in $0.delegate = Flood(done) }
            }
            func exchangeDidClose(_ exchange: HTTPExchange) {}
        }

        private let done: AsyncStream<Void>.Continuation
        private var sent = 0, queued = 0, notSent = 0

        private init(_ done: AsyncStream<Void>.Continuation) { self.done = done }

        private func frame(_ text: String) -> ByteBuffer {
            var frame = ByteBuffer()
            WebSocketFrame.append(text: ByteBuffer(string: text), to: &frame)
            return frame
        }

        func webSocket(_ socket: WebSocketConnection, didReceiveText text: ByteBuffer) {
            // What is written and not flushed is in the way.
            socket.write(frame("first"))
            if socket.sendAtOnce([1]) != .notSent { socket.write(frame("overtaken")) }
            socket.flush()
            for number in 0..<DirectSendTests.count {
                let frame = frame(DirectSendTests.text(number))
                switch frame.withUnsafeReadableBytes({ socket.sendAtOnce($0) }) {
                case .sent: sent += 1
                case .queued: queued += 1
                case .notSent:
                    notSent += 1
                    socket.write(frame)
                    socket.flush()
                }
            }
            socket.write(frame("\(sent > 0) \(queued) \(notSent > 0)"))
            socket.flush()
            done.yield()
        }

        func webSocket(_ socket: WebSocketConnection, didReceiveBinary bytes: ByteBuffer) {
            // By now everything was taken: the way is clear again.
            let frame = frame("clear")
            if frame.withUnsafeReadableBytes({ socket.sendAtOnce($0) }) != .sent { socket.abort() }
            socket.close()
            #expect(frame.withUnsafeReadableBytes { socket.sendAtOnce($0) } == .notSent)
        }

        func webSocketDidReceiveBurst(_ socket: WebSocketConnection) {}
        func webSocket(_ socket: WebSocketConnection, didCloseWith reason: WebSocketCloseReason) {}
    }

    fileprivate static func text(_ number: Int) -> String {
        "\(number) " + String(repeating: "x", count: size)
    }

    @Test("They keep their place before and behind what goes by the queue, and a close ends the way")
    func order() async throws {
        var routes = HTTPRoutes(fallback: EchoResponder())
        let done = AsyncStream<Void>.makeStream()
        routes.add("/flood", Flood.Service(done: done.continuation))
        try await TestServer.with(routes, change: { _ in }) { server in
            let client = try await server.connect()
            #expect(try await client.upgrade("/flood").status == 101)
            try await client.setReading(false)
            try await client.sendText("go")
            var floods = done.stream.makeAsyncIterator()
            await floods.next()
            try await client.setReading(true)
            #expect(try await client.readText() == "first")
            for number in 0..<Self.count { #expect(try await client.readText() == Self.text(number)) }
            #expect(try await client.readText() == "true 1 true")
            try await client.send(RawFrame.encode(opcode: 2, payload: [1]))
            #expect(try await client.readText() == "clear")
        }
    }
}

extension WebSocketConnection {
    fileprivate func sendAtOnce(_ bytes: [UInt8]) -> DirectSend { bytes.withUnsafeBytes { sendAtOnce($0) } }
}
