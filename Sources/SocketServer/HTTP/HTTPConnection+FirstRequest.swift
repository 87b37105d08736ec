import NIOCore
import NIOHTTP1

/// A connection begins without a codec. If what it sends first is a WebSocket handshake in the usual form
/// (``HandshakeHead``) none is ever needed, which halves what such a connection costs; for anything else the codec is
/// put into the pipeline and reads the same bytes.
///
/// 1. The head is read, when it is whole, and the request begins and ends as any other. One that comes in more than
///    ``piecesOfHead`` pieces is the codec's, which does not begin anew with each.
/// 2. What comes before it is answered waits in `early`, up to the bound of pipelined requests.
/// 3. A WebSocket gets what waited as its first bytes. Any other answer needs the codec; that reads what waited as the
///    next request.
extension HTTPConnection {
    /// The first read has room for a line, the second for two kilobytes; a browser's head is one.
    private static let piecesOfHead = 4

    func receiveUncoded(_ read: ByteBuffer) {
        guard phase == .serving else { return }
        var bytes = read
        if machine.isReadUncoded || early.readableBytes > 0 {
            early.writeBuffer(&bytes)
            if machine.isReadUncoded { return settleMemory() }
            bytes = early
            early = ByteBuffer()
        }
        let head: HTTPRequestHead
        let length: Int
        switch HandshakeHead.parse(bytes, loop.shared.limits) {
        case .head(let whole, let count):
            (head, length) = (whole, count)
        case .incomplete where headPieces + 1 < Self.piecesOfHead:
            headPieces += 1
            early = bytes
            return
        case .incomplete, .other:
            guard installCodec() else { return }
            return decode(bytes)
        }
        machine.readUncoded()
        bytes.moveReaderIndex(forwardBy: length)
        if bytes.readableBytes > 0 { early = bytes }
        begin(head)
        endRequest()
        // Answered in HTTP already, but not to the end: what follows is the next request.
        if codec != nil { decodeEarly() }
    }

    /// Puts the codec into the pipeline, if there is none yet; a connection whose pipeline refuses it is closed.
    @discardableResult
    func installCodec() -> Bool {
        guard codec == nil, let context else { return codec != nil }
        let codec = HTTPCodec(loop.shared.limits)
        self.codec = codec
        do {
            try context.pipeline.syncOperations.addHandlers([codec.encoder, codec.decoder], position: .before(self))
        } catch {
            context.close(promise: nil)
            return false
        }
        keepChannelAtEndOfInput(true)
        if machine.awaitsAnswer { decodeEarly() }
        return true
    }

    /// Has the codec read what waited.
    func decodeEarly() {
        guard early.readableBytes > 0 else { return }
        let bytes = early
        early = ByteBuffer()
        decode(bytes)
    }

    private func decode(_ bytes: ByteBuffer) {
        // A decoder that has gone decodes nothing.
        guard let codec, let context = try? context?.pipeline.syncOperations.context(handler: codec.decoder) else {
            return
        }
        codec.decoder.channelRead(context: context, data: NIOAny(bytes))
    }
}
