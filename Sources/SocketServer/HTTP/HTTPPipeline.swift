import NIOCore
import NIOHTTP1
import NIOSSL

/// Puts the handlers of a new connection together.
enum HTTPPipeline {
    static func install(on channel: any Channel, tls: TLSCredentials?, context: LoopContext) throws {
        let pipeline = channel.pipeline.syncOperations
        if let tls { try pipeline.addHandler(tls.makeHandler()) }
        var framing = HTTPResponseEncoder.Configuration()
        framing.automaticallySetFramingHeaders = false
        let encoder = HTTPResponseEncoder(configuration: framing)
        let decoder = makeDecoder(context.shared.limits)
        let connection = HTTPConnection(loop: context, isTLS: tls != nil, decoder: decoder, encoder: encoder)
        try pipeline.addHandler(encoder)
        try pipeline.addHandler(decoder)
        try pipeline.addHandler(connection)
    }

    static func makeDecoder(_ limits: SocketServerLimits) -> ByteToMessageHandler<HTTPRequestDecoder> {
        var configuration = NIOHTTPDecoderLimitConfiguration()
        configuration.maxHeaderFieldSize = limits.maxHeaderFieldSize
        configuration.maxHeaderListSize = limits.maxHeaderListSize
        configuration.maxHeaderFieldCount = limits.maxHeaderFieldCount
        return ByteToMessageHandler(
            HTTPRequestDecoder(leftOverBytesStrategy: .forwardBytes, limitConfiguration: configuration))
    }
}
