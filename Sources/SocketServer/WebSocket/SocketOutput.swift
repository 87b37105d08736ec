import NIOCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// What one connection has to send until it is flushed, and the straight way to the kernel for it.
///
/// A delivery is a few hundred bytes, and most of what it costs is on its way out: NIO's pipeline, its queue of pending
/// writes with a promise each, its vectors. A socket that takes everything at once needs none of that, so here the
/// frames of a flush are laid side by side in a buffer of the loop and given to one `send(2)`. What the kernel does not
/// take goes to the channel, which then waits for the socket to be writable; until the channel is done with it,
/// everything else has to queue up behind it there.
struct SocketOutput {
    enum Outcome {
        /// The kernel has it all.
        case sent
        /// The kernel took no more than what is in front of this.
        case rest(ByteBuffer)
        /// The connection is broken.
        case failed
    }

    /// The first of the frames, apart from the others: there rarely are more.
    private var first: ByteBuffer?
    private var others: ContiguousArray<ByteBuffer> = []
    /// Bytes that wait for a flush.
    private(set) var size = 0

    var isEmpty: Bool { first == nil }

    mutating func append(_ frames: ByteBuffer) {
        guard frames.readableBytes > 0 else { return }
        size += frames.readableBytes
        if first == nil { first = frames } else { others.append(frames) }
    }

    mutating func removeAll() {
        first = nil
        others = []
        size = 0
    }

    /// Everything, in order, as one buffer; afterwards nothing waits.
    mutating func take() -> ByteBuffer {
        defer { removeAll() }
        guard var all = first else { return ByteBuffer() }
        if !others.isEmpty {
            first = nil
            all.reserveCapacity(minimumWritableBytes: size - all.readableBytes)
            for frames in others { all.writeImmutableBuffer(frames) }
        }
        return all
    }

    /// Sends everything; afterwards nothing waits here.
    ///
    /// - Parameters:
    ///   - descriptor: a connected socket that does not block.
    ///   - scratch: where frames are laid side by side; nobody else's during the call.
    mutating func send(to descriptor: CInt, scratch: UnsafeMutableRawBufferPointer) -> Outcome {
        guard let first else { return .sent }
        guard !others.isEmpty, size <= scratch.count else {
            let all = take()
            let sent = all.withUnsafeReadableBytes { Self.send($0, to: descriptor) }
            if sent == all.readableBytes { return .sent }
            guard sent >= 0 else { return .failed }
            var rest = all
            rest.moveReaderIndex(forwardBy: sent)
            return .rest(rest)
        }
        var end = Self.lay(first, in: scratch, at: 0)
        for frames in others { end = Self.lay(frames, in: scratch, at: end) }
        removeAll()
        let sent = Self.send(UnsafeRawBufferPointer(rebasing: scratch[..<end]), to: descriptor)
        if sent == end { return .sent }
        return sent < 0 ? .failed : .rest(ByteBuffer(bytes: scratch[sent..<end]))
    }

    private static func lay(_ frames: ByteBuffer, in scratch: UnsafeMutableRawBufferPointer, at start: Int) -> Int {
        frames.withUnsafeReadableBytes { bytes in
            UnsafeMutableRawBufferPointer(rebasing: scratch[start...]).copyMemory(from: bytes)
            return start + bytes.count
        }
    }

    /// - Returns: how many bytes the kernel took; negative when the connection is broken.
    static func send(_ bytes: UnsafeRawBufferPointer, to descriptor: CInt) -> Int {
        #if canImport(Darwin)
        let flags = CInt(0)  // NIO has set SO_NOSIGPIPE
        #else
        let flags = CInt(MSG_NOSIGNAL)
        #endif
        var sent = 0
        while sent < bytes.count {
            #if canImport(Glibc)
            let count = Glibc.send(descriptor, bytes.baseAddress.map { $0 + sent }, bytes.count - sent, flags)
            #elseif canImport(Musl)
            let count = Musl.send(descriptor, bytes.baseAddress.map { $0 + sent }, bytes.count - sent, flags)
            #else
            let count = Darwin.send(descriptor, bytes.baseAddress.map { $0 + sent }, bytes.count - sent, flags)
            #endif
            if count >= 0 {
                sent += count
            } else if errno == EAGAIN || errno == EWOULDBLOCK || errno == ENOBUFS {
                return sent
            } else if errno != EINTR {
                return -1
            }
        }
        return sent
    }
}
