import NIOCore
import SocketServer

/// `/echo`: each WebSocket message comes back.
final class WebSocketEcho: WebSocketDelegate {
    static func register(in routes: inout HTTPRoutes) {
        routes.add("/echo", Service())
    }

    struct Service: LoopHTTPService {
        func begin(_ exchange: HTTPExchange) {
            exchange.receiver = Receiver()
        }
    }

    final class Receiver: HTTPExchangeReceiver {
        func exchange(_ exchange: HTTPExchange, didReceiveBody part: ByteBuffer) {}

        func exchangeDidReceiveEnd(_ exchange: HTTPExchange) {
            // Autobahn sends messages of 16 MiB.
            exchange.acceptWebSocket(.init(maximumMessageSize: 64 << 20)) { socket in
                socket.delegate = WebSocketEcho()
            }
        }

        func exchangeDidClose(_ exchange: HTTPExchange) {}
    }

    func webSocket(_ socket: WebSocketConnection, didReceiveText text: ByteBuffer) {
        var frame = ByteBuffer()
        WebSocketFrame.append(text: text, to: &frame)
        socket.write(frame)
    }

    func webSocket(_ socket: WebSocketConnection, didReceiveBinary bytes: ByteBuffer) {
        var frame = ByteBuffer()
        WebSocketFrame.append(binary: bytes, to: &frame)
        socket.write(frame)
    }

    func webSocketDidReceiveBurst(_ socket: WebSocketConnection) {
        socket.flush()
    }

    func webSocket(_ socket: WebSocketConnection, didCloseWith reason: WebSocketCloseReason) {}
}
