import Foundation

/// Writing to descriptors that may be anything: a file, a pipe without a reader, a terminal that is gone, a full disk.
/// Nothing here traps, and every error comes back as its number (errno).
enum Descriptor {
    /// Where a write ended before its end.
    struct Stop: Equatable {
        /// The error number.
        var code: Int32
        /// Bytes that were written before.
        var written: Int
    }

    /// - Returns: `nil` when all bytes are written.
    ///
    /// - Parameter patience: how long a descriptor that takes nothing (a full pipe set to be non-blocking, by whoever
    ///   shares it) is waited for, milliseconds; -1 is for ever.
    static func write(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32, patience: Int32 = -1) -> Stop? {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = Foundation.write(descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
            if count >= 0 {
                rest = rest.dropFirst(count)
                continue
            }
            switch errno {
            case EINTR: continue
            case EAGAIN:
                var wanted = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                if poll(&wanted, 1, patience) == 0 { return Stop(code: EAGAIN, written: rest.startIndex) }
            case let code: return Stop(code: code, written: rest.startIndex)
            }
        }
        return nil
    }

    static func write(_ text: String, to descriptor: Int32, patience: Int32 = -1) -> Stop? {
        var text = text
        return text.withUTF8 { write(UnsafeRawBufferPointer($0), to: descriptor, patience: patience) }
    }
}
