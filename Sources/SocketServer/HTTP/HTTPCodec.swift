import NIOCore
import NIOHTTP1

/// What reads requests and writes responses in one connection's pipeline.
struct HTTPCodec {
    let encoder: HTTPResponseEncoder
    let decoder: ByteToMessageHandler<RequestDecoder>
    private let requests: RequestDecoder

    init(_ limits: SocketServerLimits) {
        var framing = HTTPResponseEncoder.Configuration()
        framing.automaticallySetFramingHeaders = false
        self.init(encoder: HTTPResponseEncoder(configuration: framing), limits)
    }

    /// With a decoder of its own.
    init(encoder: HTTPResponseEncoder, _ limits: SocketServerLimits) {
        self.encoder = encoder
        var configuration = NIOHTTPDecoderLimitConfiguration()
        configuration.maxHeaderFieldSize = limits.maxHeaderFieldSize
        configuration.maxHeaderListSize = limits.maxHeaderListSize
        configuration.maxHeaderFieldCount = limits.maxHeaderFieldCount
        requests = RequestDecoder(
            HTTPRequestDecoder(leftOverBytesStrategy: .forwardBytes, limitConfiguration: configuration))
        decoder = ByteToMessageHandler(requests)
    }

    /// To be called with each part that was decoded, as soon as it was.
    func decoded(_ part: HTTPServerRequestPart) { requests.decoded(part) }
}
