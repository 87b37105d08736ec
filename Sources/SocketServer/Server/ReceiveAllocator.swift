import NIOCore

/// Receive buffers that belong to a read, not to a connection.
///
/// NIO's pool keeps the first buffer of a channel for ever and reuses it while the allocator names a size. This one
/// names none and always says that it may grow, so that only the first, small buffer stays; each later one is freed
/// when its bytes are dealt with, and an idle connection holds none. Its size follows what the connection sends:
/// doubled when a read filled it, halved when a read left three quarters empty.
struct ReceiveAllocator: RecvByteBufferAllocator {
    private static let minimum: Int32 = 1024
    private static let maximum: Int32 = 65_536
    private var size: Int32
    private var hasRead = false

    /// - Parameter first: bytes of the first read's buffer, which stays allocated as long as the connection.
    init(first: Int32 = 512) {
        size = first
    }

    func buffer(allocator: ByteBufferAllocator) -> ByteBuffer {
        allocator.buffer(capacity: Int(size))
    }

    mutating func record(actualReadBytes: Int) -> Bool {
        if !hasRead {
            hasRead = true
            size = 2048
        } else if actualReadBytes >= Int(size) {
            size = min(size &* 2, Self.maximum)
        } else if actualReadBytes < Int(size) / 4 {
            size = max(size / 2, Self.minimum)
        }
        return true
    }
}
