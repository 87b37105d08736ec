import ByteText
import NIOCore
import NIOHTTP1

/// Reads requests as NIO's decoder does, and besides a target that is not ASCII, as `curl` sends an address that was
/// typed as it is: its bytes are percent-encoded before the parser, which takes ASCII only, comes to see them.
///
/// 1. Nothing is looked at while a body comes, and once another protocol follows. What begins in a head is searched for
///    a byte above 0x7F; without one (nearly always) it goes to the parser as it is.
/// 2. With one it goes there head by head (``RequestLine`` finds where they end), each with its target encoded; after a
///    head the parser has said whether a body follows, and how long that is.
/// 3. The parser takes back nothing: of a head that has come in part it leaves what it must see again. Of what was
///    encoded that is kept here (`encoded`), before what comes next; else it is left where it came from.
/// 4. Where a body in chunks ends is not known beforehand: what follows it in the same read (pipelined, which no client
///    with such addresses does) is the parser's as it is.
final class RequestDecoder: ByteToMessageDecoder {
    typealias InboundOut = HTTPServerRequestPart

    private let decoder: HTTPRequestDecoder
    private var line = RequestLine()
    private var isInBody = false
    private var stops = false
    /// Bytes of the body in hand that are to come, where its head says how many it has.
    private var bodyLeft: Int?
    /// What the parser was given encoded, and has to see again.
    private var encoded = ByteBuffer()
    /// Bytes at the front of what comes that the parser was given as they are, and has to see again.
    private var kept = 0

    init(_ decoder: HTTPRequestDecoder) { self.decoder = decoder }

    /// To be called with each part that was decoded, as soon as it was.
    func decoded(_ part: HTTPServerRequestPart) {
        switch part {
        case .head(let head):
            isInBody = true
            stops = head.stopsDecoder
            // What only asks has none, and need not be searched for it.
            let mayHaveBody = head.method != .GET && head.method != .HEAD
            bodyLeft = mayHaveBody ? head.headers.text(of: "content-length").flatMap { Int($0.string) } : nil
        case .body(let bytes):
            bodyLeft? -= bytes.readableBytes
        case .end:
            isInBody = false
            line = RequestLine()
        }
    }

    func decoderAdded(context: ChannelHandlerContext) { decoder.decoderAdded(context: context) }

    func decoderRemoved(context: ChannelHandlerContext) { decoder.decoderRemoved(context: context) }

    func decode(context: ChannelHandlerContext, buffer: inout ByteBuffer) throws -> DecodingState {
        let isAllBody = isInBody && (bodyLeft ?? .max) >= buffer.readableBytes
        let isPlain = isAllBody || stops || !buffer.withUnsafeReadableBytes(Self.hasHighByte)
        if isPlain, encoded.readableBytes == 0 { return try decodePlain(context, &buffer) }
        // What the parser has seen of it goes before what is encoded.
        if let seen = buffer.readSlice(length: min(kept, buffer.readableBytes)) { encoded.writeImmutableBuffer(seen) }
        kept = 0
        while buffer.readableBytes > 0 {
            let isHead = !isInBody && !stops
            let body = stops ? buffer.readableBytes : min(bodyLeft ?? .max, buffer.readableBytes)
            let length = isHead ? headLength(in: buffer) : body
            // A body that should be over and is not: the parser reads another length.
            guard let part = buffer.readSlice(length: length > 0 ? length : buffer.readableBytes) else { break }
            encoded.writeImmutableBuffer(isHead ? line.encode(part) : part)
            _ = try decoder.decode(context: context, buffer: &encoded)
            encoded.discardReadBytes()
        }
        return .needMoreData
    }

    private func decodePlain(
        _ context: ChannelHandlerContext, _ buffer: inout ByteBuffer
    ) throws -> DecodingState {
        var bytes = buffer
        bytes.moveReaderIndex(forwardBy: min(kept, bytes.readableBytes))
        let (before, beganInBody) = (line, isInBody)
        line = .unknown
        let state = try decoder.decode(context: context, buffer: &buffer)
        kept = buffer.readableBytes
        // Nothing ended meanwhile: what came is a part of a head, or of a body.
        if !beganInBody, !isInBody, line == .unknown {
            line = before
            bytes.withUnsafeReadableBytes { bytes in
                var rest = bytes[...]
                while !rest.isEmpty { rest = rest.dropFirst(line.pass(UnsafeRawBufferPointer(rebasing: rest))) }
            }
        } else if kept > 0 {
            // It begins in the midst of what was read: what of the target has come is not looked for.
            line = .unknown
        }
        return state
    }

    func decodeLast(
        context: ChannelHandlerContext, buffer: inout ByteBuffer, seenEOF: Bool
    ) throws -> DecodingState {
        guard encoded.readableBytes > 0 else {
            return try decoder.decodeLast(context: context, buffer: &buffer, seenEOF: seenEOF)
        }
        if let rest = buffer.readSlice(length: buffer.readableBytes) { encoded.writeImmutableBuffer(rest) }
        return try decoder.decodeLast(context: context, buffer: &encoded, seenEOF: seenEOF)
    }

    /// Bytes up to the end of the head, or of what has come of it.
    private func headLength(in buffer: ByteBuffer) -> Int {
        var copy = line
        return buffer.withUnsafeReadableBytes { copy.pass($0) }
    }

    private static func hasHighByte(_ bytes: UnsafeRawBufferPointer) -> Bool {
        var offset = 0
        while offset + 8 <= bytes.count {
            if bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self) & 0x8080_8080_8080_8080 != 0 { return true }
            offset += 8
        }
        return bytes[offset...].contains { $0 >= 0x80 }
    }
}

@available(*, unavailable)
extension RequestDecoder: Sendable {}
