import NIOCore
import NIOSSL

/// Puts the handlers of a new connection together.
enum HTTPPipeline {
    static func install(
        on channel: any Channel, tls: TLSCredentials?, context: LoopContext, stranger: Stranger, isProxied: Bool
    ) throws {
        let pipeline = channel.pipeline.syncOperations
        if let tls { try pipeline.addHandler(tls.makeHandler()) }
        try pipeline.addHandler(
            HTTPConnection(
                loop: context, isTLS: tls != nil, codec: nil, stranger: stranger, isProxied: isProxied))
    }
}
