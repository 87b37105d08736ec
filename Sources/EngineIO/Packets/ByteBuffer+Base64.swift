import ByteText
import NIOCore

extension ByteBuffer {
    /// Appends the base64 text of `bytes`.
    mutating func writeBase64(_ bytes: ByteBuffer) {
        let length = Base64.standard.encodedLength(bytes.readableBytes)
        writeWithUnsafeMutableBytes(minimumWritableBytes: length) { target in
            bytes.withUnsafeReadableBytes { Base64.standard.encode($0, into: target) }
        }
    }

    /// - Returns: `nil` unless `text` is base64, of which the padding may be missing.
    init?(base64 text: ByteBuffer) {
        self.init()
        var isBase64 = false
        let length = Base64.standard.decodedLength(text.readableBytes)
        writeWithUnsafeMutableBytes(minimumWritableBytes: length) { target in
            let count = text.withUnsafeReadableBytes { Base64.standard.decode($0, into: target) }
            isBase64 = count != nil
            return count ?? 0
        }
        guard isBase64 else { return nil }
    }
}
