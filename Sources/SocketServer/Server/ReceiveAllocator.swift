import NIOCore

/// Receive buffers that belong to a read, not to a connection.
///
/// NIO's pool keeps the first buffer of a channel for ever and reuses it while the allocator names a size. This one
/// names none and always says that it may grow, so that only the first, small buffer stays; each later one is freed
/// when its bytes are dealt with, and an idle connection holds none. Its size follows what the connection sends:
/// doubled when a read filled it, halved when a read left three quarters empty.
struct ReceiveAllocator: RecvByteBufferAllocator {
    /// Room for the first line of a request. That buffer stays allocated as long as the connection; the rest of the
    /// head comes with the next read, as that of a browser would anyhow.
    private static let first: Int32 = 128
    private static let minimum: Int32 = 1024
    private static let maximum: Int32 = 65_536
    private var size = Self.first
    private var hasRead = false

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
