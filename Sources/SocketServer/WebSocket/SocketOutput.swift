import NIOCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// What one connection has to send and the kernel has not taken, and the straight way to the kernel for it.
///
/// A delivery is a few hundred bytes, and most of what it costs is on its way out: NIO's pipeline, its queue of pending
/// writes with a promise each, its vectors. A socket that takes everything at once needs none of that, so here the
/// frames of a flush are laid side by side in a buffer of the loop and given to one `send(2)`.
///
/// 1. What the kernel does not take of a piece goes to the channel, which waits for the socket to be writable. That is
///    the only thing the channel has; everything else stays here, in order, as references to buffers that many
///    connections share.
/// 2. Once the channel is done with its piece the next is sent the same way.
/// 3. So what is here can be dropped (``removeAll()``), and last words be said in its place: the channel's piece ends
///    at the end of a frame.
struct SocketOutput {
    enum Outcome {
        /// The kernel has it all.
        case sent
        /// The kernel took no more than what is in front of this; what comes after it waits here still.
        case rest(Piece)
        /// The connection is broken.
        case failed
    }

    /// Whole frames (the first of them perhaps without its beginning).
    struct Piece {
        var bytes: ByteBuffer
        /// Bytes of it that count against the limit for slow clients.
        var counted: Int
    }

    private struct Frames {
        var bytes: ByteBuffer
        var isCounted: Bool
    }

    /// What is longer is sent where it lies, instead of being laid beside others.
    private static let long = 16 << 10
    /// Bytes given to the channel at a time, unless one write's frames are longer.
    private static let pieceSize = 64 << 10

    /// The first of the frames, apart from the others: there rarely are more.
    private var first: Frames?
    private var others: ContiguousArray<Frames> = []
    /// Where the others begin.
    private var head = 0
    /// Bytes that wait here.
    private(set) var size = 0
    /// Those of them that count against the limit for slow clients.
    private(set) var counted = 0

    var isEmpty: Bool { first == nil }

    mutating func append(_ frames: ByteBuffer, isCounted: Bool = true) {
        let count = frames.readableBytes
        guard count > 0 else { return }
        size += count
        if isCounted { counted += count }
        let added = Frames(bytes: frames, isCounted: isCounted)
        if first == nil { first = added } else { others.append(added) }
    }

    mutating func removeAll() {
        first = nil
        others = []
        head = 0
        size = 0
        counted = 0
    }

    private mutating func popFirst() -> Frames? {
        guard let popped = first else { return nil }
        size -= popped.bytes.readableBytes
        if popped.isCounted { counted -= popped.bytes.readableBytes }
        guard head < others.count else {
            first = nil
            others.removeAll(keepingCapacity: others.capacity <= 16)
            head = 0
            return popped
        }
        first = others[head]
        others[head].bytes = ByteBuffer()
        head += 1
        // In the middle of a long row the front is cut off now and then, so that it is moved once an element at most.
        if head >= 64, head * 2 >= others.count {
            others.removeFirst(head)
            head = 0
        }
        return popped
    }

    /// The next piece, for a channel that has no socket of its own kind; `nil` when nothing waits.
    mutating func takePiece() -> Piece? {
        guard let next = popFirst() else { return nil }
        var piece = Piece(bytes: next.bytes, counted: next.isCounted ? next.bytes.readableBytes : 0)
        while let following = first, piece.bytes.readableBytes + following.bytes.readableBytes <= Self.pieceSize {
            _ = popFirst()
            piece.bytes.writeImmutableBuffer(following.bytes)
            if following.isCounted { piece.counted += following.bytes.readableBytes }
        }
        return piece
    }

    /// Sends everything, or as much as the kernel takes.
    ///
    /// - Parameters:
    ///   - descriptor: a connected socket that does not block.
    ///   - scratch: where frames are laid side by side; nobody else's during the call.
    mutating func send(to descriptor: CInt, scratch: UnsafeMutableRawBufferPointer) -> Outcome {
        while let next = popFirst() {
            let isAlone = first == nil || next.bytes.readableBytes >= Self.long
            let outcome =
                isAlone || next.bytes.readableBytes > scratch.count
                ? Self.send(next, to: descriptor) : sendTogether(next, to: descriptor, scratch)
            guard case .sent = outcome else { return outcome }
        }
        return .sent
    }

    private static func send(_ frames: Frames, to descriptor: CInt) -> Outcome {
        let sent = frames.bytes.withUnsafeReadableBytes { send($0, to: descriptor) }
        if sent == frames.bytes.readableBytes { return .sent }
        guard sent >= 0 else { return .failed }
        var rest = frames.bytes
        rest.moveReaderIndex(forwardBy: sent)
        return .rest(Piece(bytes: rest, counted: frames.isCounted ? rest.readableBytes : 0))
    }

    private mutating func sendTogether(
        _ next: Frames, to descriptor: CInt, _ scratch: UnsafeMutableRawBufferPointer
    ) -> Outcome {
        var end = Self.lay(next.bytes, in: scratch, at: 0)
        // Where those lie that do not count: there are few, and the kernel takes all of them nearly always.
        var uncounted: [Range<Int>] = []
        if !next.isCounted { uncounted.append(0..<end) }
        while let following = first, following.bytes.readableBytes <= scratch.count - end {
            _ = popFirst()
            let start = end
            end = Self.lay(following.bytes, in: scratch, at: start)
            if !following.isCounted { uncounted.append(start..<end) }
        }
        let sent = Self.send(UnsafeRawBufferPointer(rebasing: scratch[..<end]), to: descriptor)
        if sent == end { return .sent }
        guard sent >= 0 else { return .failed }
        let left = uncounted.reduce(0) { $0 + max(0, $1.upperBound - max($1.lowerBound, sent)) }
        return .rest(Piece(bytes: ByteBuffer(bytes: scratch[sent..<end]), counted: end - sent - left))
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
