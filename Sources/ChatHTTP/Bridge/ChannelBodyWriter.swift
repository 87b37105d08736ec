import HTTPTypes
import Hummingbird
import NIOCore
import NIOHTTP1
import SocketServer

/// Writes a Hummingbird body through the socket server's pipeline, as fast as the client takes it.
struct ChannelBodyWriter: ResponseBodyWriter {
    let writer: HTTPResponseWriter

    func write(_ buffer: ByteBuffer) async throws {
        try await writer.write(buffer)
    }

    consuming func finish(_ trailingHeaders: HTTPFields?) async throws {
        let trailers = trailingHeaders.map { fields in
            HTTPHeaders(fields.map { ($0.name.rawName, $0.value) })
        }
        await writer.finish(trailers: trailers)
    }
}
