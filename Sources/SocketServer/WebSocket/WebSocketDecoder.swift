public import NIOCore

/// What a peer's frames say, messages put together.
public enum WebSocketEvent: Sendable, Equatable {
    /// A text message; its bytes are valid UTF-8.
    case text(ByteBuffer)
    case binary(ByteBuffer)
    case ping(ByteBuffer)
    case pong(ByteBuffer)
    /// A close frame; without a code when its payload was empty.
    case close(WebSocketCloseCode?)
}

/// From a client's bytes to messages: RFC 6455 sections 5 to 8, as a pure state machine.
///
/// 1. ``unmaskWholeFrames(in:)`` runs once over what one read brought, removes the mask of each whole frame where it
///    lies, and sets its key to zero, which is the mask that changes nothing.
/// 2. ``next(from:)`` then returns event after event. A whole, unfragmented frame is a slice of the read's buffer;
///    nothing is copied. A frame whose end has not arrived, or a fragment, goes byte for byte into `assembly`,
///    unmasked and (if text) validated as it comes, so that a bad message is refused at its first bad byte.
/// 3. A frame head that arrives in parts waits in `head`, at most 13 bytes.
///
/// The length that a head claims allocates nothing: `assembly` grows with the bytes that are there.
public struct WebSocketDecoder: ~Copyable {
    /// The longest message taken, in bytes, all fragments together.
    public var maximumMessageSize: Int

    /// Frame heads read since they were last asked for.
    private var frameCount = 0
    /// What is not whole; mostly there is nothing.
    private var partial: Partial?

    private final class Partial {
        var head = ByteBuffer()
        var frame: WebSocketFrameHeader?
        var received = 0
        var control = ByteBuffer()
        var assembly = ByteBuffer()
        var messageOpcode: UInt8?
        var validator = UTF8Validator()

        var isEmpty: Bool { frame == nil && messageOpcode == nil && head.readableBytes == 0 }
    }

    /// Bytes of memory that hold what is not whole.
    public var keptBytes: Int {
        guard let partial else { return 0 }
        return partial.assembly.capacity + partial.control.capacity + partial.head.capacity
    }

    /// How many frames began since the last call.
    public mutating func takeFrameCount() -> Int {
        defer { frameCount = 0 }
        return frameCount
    }

    /// Drops what is not whole. The decoder is done.
    public mutating func removeAll() { partial = nil }

    public init(maximumMessageSize: Int) {
        self.maximumMessageSize = maximumMessageSize
    }

    /// Step 1; `input` should be the only reference to its storage, as it is written to. Without effect on what
    /// ``next(from:)`` returns: only on how much that copies.
    public func unmaskWholeFrames(in input: inout ByteBuffer) {
        if let partial, partial.frame != nil || partial.head.readableBytes > 0 { return }
        input.withUnsafeMutableReadableBytes { bytes in
            var start = 0
            while start < bytes.count {
                let rest = UnsafeMutableRawBufferPointer(rebasing: bytes[start...])
                // A fault is told when the frame is read; nothing behind it is looked at.
                let header = try? WebSocketFrameHeader.parse(UnsafeRawBufferPointer(rest))
                guard let header, header.length <= rest.count - header.size else { return }
                let end = header.size + header.length
                WebSocketMask.apply(
                    header.key, to: UnsafeMutableRawBufferPointer(rebasing: rest[header.size..<end]), offset: 0)
                rest.storeBytes(of: 0, toByteOffset: header.size - 4, as: UInt32.self)
                start += end
            }
        }
    }

    /// The next event, or nil when `input` is used up. After an error the decoder is done.
    public mutating func next(from input: inout ByteBuffer) throws(WebSocketViolation) -> WebSocketEvent? {
        defer { if let partial, partial.isEmpty { self.partial = nil } }
        while true {
            guard let partial, partial.frame != nil else {
                guard let header = try readHeader(from: &input) else { return nil }
                frameCount += 1
                try admit(header)
                let isInMessage = partial?.messageOpcode != nil
                if header.isFinal, !isInMessage, let payload = input.readSlice(length: header.length) {
                    return try finish(whole: header, payload: payload)
                }
                begin(header, in: makePartial())
                continue
            }
            guard let event = try advance(partial, &input) else {
                if partial.frame != nil { return nil }
                continue
            }
            return event
        }
    }

    private mutating func makePartial() -> Partial {
        let partial = self.partial ?? Partial()
        self.partial = partial
        return partial
    }

    private mutating func readHeader(from input: inout ByteBuffer) throws(WebSocketViolation) -> WebSocketFrameHeader? {
        guard let partial, partial.head.readableBytes > 0 else {
            if let header = try parseHeader(input) {
                input.moveReaderIndex(forwardBy: header.size)
                return header
            }
            if input.readableBytes > 0 { makePartial().head.writeBuffer(&input) }
            return nil
        }
        // Some bytes of the head came earlier: add one at a time what is missing.
        while let byte = input.readInteger(as: UInt8.self) {
            partial.head.writeInteger(byte)
            if let header = try parseHeader(partial.head) {
                partial.head = ByteBuffer()
                return header
            }
        }
        return nil
    }

    private func parseHeader(_ buffer: ByteBuffer) throws(WebSocketViolation) -> WebSocketFrameHeader? {
        let result: Result<WebSocketFrameHeader?, WebSocketViolation> = buffer.withUnsafeReadableBytes { bytes in
            do throws(WebSocketViolation) {
                return .success(try WebSocketFrameHeader.parse(bytes))
            } catch {
                return .failure(error)
            }
        }
        return try result.get()
    }

    /// Checks a frame against the message it stands in.
    private func admit(_ header: WebSocketFrameHeader) throws(WebSocketViolation) {
        if header.isControl { return }
        let isContinuation = header.opcode == WebSocketFrameHeader.continuation
        guard isContinuation == (partial?.messageOpcode != nil) else { throw .unexpectedOpcode }
        let assembled = partial?.assembly.readableBytes ?? 0
        guard header.length <= maximumMessageSize - assembled else { throw .messageTooBig }
    }

    private func begin(_ header: WebSocketFrameHeader, in partial: Partial) {
        partial.frame = header
        partial.received = 0
        guard !header.isControl, partial.messageOpcode == nil else { return }
        partial.messageOpcode = header.opcode
        partial.validator = UTF8Validator()
    }

    /// Takes what is there of the frame in progress; an event when that completes one.
    private func advance(
        _ partial: Partial, _ input: inout ByteBuffer
    ) throws(WebSocketViolation) -> WebSocketEvent? {
        guard let header = partial.frame else { return nil }
        let count = min(header.length - partial.received, input.readableBytes)
        if let part = input.readSlice(length: count), count > 0 {
            if header.isControl {
                Self.append(part, to: &partial.control, key: header.key, offset: partial.received)
            } else {
                Self.append(part, to: &partial.assembly, key: header.key, offset: partial.received)
                let isText = partial.messageOpcode == WebSocketFrameHeader.text
                let isValid = !isText || partial.validator.consume(last: count, of: partial.assembly)
                if !isValid { throw .invalidUTF8 }
            }
            partial.received += count
        }
        guard partial.received == header.length else { return nil }
        partial.frame = nil
        if header.isControl {
            let payload = partial.control
            partial.control = ByteBuffer()
            return try controlEvent(header.opcode, payload)
        }
        guard header.isFinal, let opcode = partial.messageOpcode else { return nil }
        partial.messageOpcode = nil
        let payload = partial.assembly
        partial.assembly = ByteBuffer()
        guard opcode == WebSocketFrameHeader.text else { return .binary(payload) }
        guard partial.validator.isComplete else { throw .invalidUTF8 }
        return .text(payload)
    }

    /// Appends payload bytes, unmasked. `offset` is where they stand in their frame.
    private static func append(_ part: ByteBuffer, to target: inout ByteBuffer, key: UInt32, offset: Int) {
        let start = target.readableBytes
        target.writeImmutableBuffer(part)
        target.withUnsafeMutableReadableBytes { bytes in
            WebSocketMask.apply(key, to: UnsafeMutableRawBufferPointer(rebasing: bytes[start...]), offset: offset)
        }
    }

    private func finish(
        whole header: WebSocketFrameHeader, payload: ByteBuffer
    ) throws(WebSocketViolation) -> WebSocketEvent {
        var payload = payload
        if header.key != 0 {
            payload = ByteBuffer(buffer: payload)
            payload.withUnsafeMutableReadableBytes { WebSocketMask.apply(header.key, to: $0, offset: 0) }
        }
        switch header.opcode {
        case WebSocketFrameHeader.text:
            guard Self.isUTF8(payload) else { throw .invalidUTF8 }
            return .text(payload)
        case WebSocketFrameHeader.binary:
            return .binary(payload)
        default:
            return try controlEvent(header.opcode, payload)
        }
    }

    private func controlEvent(
        _ opcode: UInt8, _ payload: ByteBuffer
    ) throws(WebSocketViolation) -> WebSocketEvent {
        switch opcode {
        case WebSocketFrameHeader.ping: return .ping(payload)
        case WebSocketFrameHeader.pong: return .pong(payload)
        default: break
        }
        var payload = payload
        if payload.readableBytes == 0 { return .close(nil) }
        guard let raw = payload.readInteger(as: UInt16.self) else { throw .malformedClose }
        let code = WebSocketCloseCode(rawValue: raw)
        guard code.isAllowedOnTheWire else { throw .malformedClose }
        guard Self.isUTF8(payload) else { throw .invalidUTF8 }
        return .close(code)
    }

    private static func isUTF8(_ buffer: ByteBuffer) -> Bool {
        buffer.withUnsafeReadableBytes { bytes in
            var validator = UTF8Validator()
            return validator.consume(bytes) && validator.isComplete
        }
    }
}

extension UTF8Validator {
    /// Takes the last `count` readable bytes of `buffer`.
    fileprivate mutating func consume(last count: Int, of buffer: ByteBuffer) -> Bool {
        buffer.withUnsafeReadableBytes { consume(UnsafeRawBufferPointer(rebasing: $0.suffix(count))) }
    }
}

@available(*, unavailable)
extension WebSocketDecoder: Sendable {}
