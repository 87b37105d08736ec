import Glibc
@_spi(CustomByteBufferAllocator) import NIOCore

/// Reads an input as a few choices, and the bytes that they are about.
struct FuzzInput {
    private(set) var rest: UnsafeRawBufferPointer

    init(_ bytes: UnsafeRawBufferPointer) { rest = bytes }

    /// The next byte; 0 at the end.
    mutating func byte() -> UInt8 {
        guard let first = rest.first else { return 0 }
        rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst())
        return first
    }

    /// The next bytes, as many as there are.
    mutating func take(_ count: Int) -> UnsafeRawBufferPointer {
        let taken = UnsafeRawBufferPointer(rebasing: rest.prefix(count))
        rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(count))
        return taken
    }

    var text: String { String(decoding: rest, as: UTF8.self) }
}

extension UnsafeRawBufferPointer {
    /// The bytes in memory of just their size, so that a look past their end is seen by AddressSanitizer.
    var buffer: ByteBuffer {
        // An allocator of NIO's frees it.
        guard count > 0, let memory = malloc(count) else { return ByteBuffer() }
        let copy = UnsafeMutableRawBufferPointer(start: memory, count: count)
        copy.copyMemory(from: self)
        return ByteBuffer(takingOwnershipOf: copy, allocator: ByteBufferAllocator())
    }

    /// Cut into parts of these lengths, again and again; a length of 0 counts as 1.
    func cut(_ lengths: [UInt8]) -> [UnsafeRawBufferPointer] {
        var parts: [UnsafeRawBufferPointer] = []
        var start = 0
        while start < count {
            let length = lengths.isEmpty ? 1 : Int(lengths[parts.count % lengths.count])
            let end = Swift.min(count, start + Swift.max(1, length))
            parts.append(UnsafeRawBufferPointer(rebasing: self[start..<end]))
            start = end
        }
        return parts
    }
}
