import NIOCore
import SocketServer

/// Accepts a WebSocket and sends each message back.
final class EchoSocket: WebSocketDelegate {
    struct Service: LoopHTTPService {
        var limit = 1000

        func begin(_ exchange: HTTPExchange) {
            exchange.receiver = Receiver(limit: limit)
        }
    }

    final class Receiver: HTTPExchangeReceiver {
        let limit: Int

        init(limit: Int) {
            self.limit = limit
        }

        func exchange(_ exchange: HTTPExchange, didReceiveBody part: ByteBuffer) {}
        func exchangeDidReceiveEnd(_ exchange: HTTPExchange) {
            exchange.acceptWebSocket(.init(maximumMessageSize: limit)) { $0.delegate = EchoSocket() }
        }
        func exchangeDidClose(_ exchange: HTTPExchange) {}
    }

    func webSocket(_ socket: WebSocketConnection, didReceiveText text: ByteBuffer) {
        if text == ByteBuffer(string: "close me") { return socket.close(.goingAway) }
        var frame = ByteBuffer()
        WebSocketFrame.append(text: text, to: &frame)
        socket.write(frame)
    }

    func webSocket(_ socket: WebSocketConnection, didReceiveBinary bytes: ByteBuffer) {
        var frame = ByteBuffer()
        WebSocketFrame.append(binary: bytes, to: &frame)
        socket.write(frame)
    }

    func webSocketDidReceiveBurst(_ socket: WebSocketConnection) { socket.flush() }
    func webSocket(_ socket: WebSocketConnection, didCloseWith reason: WebSocketCloseReason) {}
}
