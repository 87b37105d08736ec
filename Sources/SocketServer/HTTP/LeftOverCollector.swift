import NIOCore

/// Keeps what a removed decoder had not parsed.
final class LeftOverCollector: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer

    private(set) var bytes: ByteBuffer?

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var part = Self.unwrapInboundIn(data)
        if bytes == nil { bytes = part } else { bytes?.writeBuffer(&part) }
    }
}

@available(*, unavailable)
extension LeftOverCollector: Sendable {}
