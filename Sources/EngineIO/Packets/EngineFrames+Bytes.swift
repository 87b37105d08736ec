public import NIOCore
import SocketServer

extension EngineFrames: Equatable {
    public static func == (left: EngineFrames, right: EngineFrames) -> Bool {
        left.count == right.count && left.bytes == right.bytes
    }

    /// Frames of which another process has sent ``bytes``; `nil` for anything but whole frames as ``append(text:)`` and
    /// ``append(binary:)`` write them, whose texts are message packets in UTF-8.
    public init?(framed bytes: ByteBuffer) {
        var (rest, frames) = (bytes, EngineFrames(reserving: bytes.readableBytes))
        while rest.readableBytes > 0 {
            guard let opcode = rest.readInteger(as: UInt8.self),
                let payload = EnginePayload.readPayload(of: &rest)
            else { return nil }
            switch opcode {
            case 0x81:
                guard payload.readableBytesView.first == UInt8(ascii: "4"), Self.isText(payload) else { return nil }
                frames.append(text: payload.readableBytesView.dropFirst())
            case 0x82:
                frames.append(binary: payload.readableBytesView)
            default:
                return nil
            }
        }
        // A length in more bytes than it needs, or one that is masked, comes out otherwise.
        guard frames.bytes == bytes else { return nil }
        self = frames
    }

    private static func isText(_ bytes: ByteBuffer) -> Bool {
        bytes.withUnsafeReadableBytes { bytes in
            var validator = UTF8Validator()
            return validator.consume(bytes) && validator.isComplete
        }
    }
}
