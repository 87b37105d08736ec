import NIOCore
import NIOHTTP1

/// Answers a connection past the limit: 503, whatever it asks, and the end.
final class OverloadHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private static let response = {
        var body = HTTPRefusal.body(of: .serviceUnavailable) ?? ByteBuffer()
        var response = ByteBuffer(
            string: "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 5\r\nConnection: close\r\n"
                + "Content-Type: \(HTTPRefusal.contentType)\r\nContent-Length: \(body.readableBytes)\r\n"
                + "Access-Control-Allow-Origin: *\r\n\r\n")
        response.writeBuffer(&body)
        return response
    }()

    func channelActive(context: ChannelHandlerContext) {
        let channel = context.channel
        context.writeAndFlush(NIOAny(Self.response)).whenComplete { _ in channel.close(promise: nil) }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }
}

@available(*, unavailable)
extension OverloadHandler: Sendable {}
