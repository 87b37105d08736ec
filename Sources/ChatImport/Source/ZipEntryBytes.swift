import CZlib
import ChatCore

/// The bytes of one entry of a zip, as they are unpacked: at most as many as it declares, and with its checksum.
final class ZipEntryBytes: ForeignBytes {
    static let broken = ArchiveError(.malformed, "The zip's entry is damaged.")

    private let file: OpenFile
    private let place: ZipSource.Place
    /// Where packed bytes come from, and how many are left.
    private var offset: Int64
    private var packedLeft: Int64
    private var left: Int64
    private var checksum: uLong
    /// zlib keeps its address: it must not move.
    private let stream: UnsafeMutablePointer<z_stream>?
    private var input: [UInt8] = []
    private var consumed = 0
    private var isAtEnd = false

    init(_ file: OpenFile, _ place: ZipSource.Place, from offset: Int64) throws(ArchiveError) {
        self.file = file
        self.place = place
        self.offset = offset
        packedLeft = place.packed
        left = place.size
        checksum = crc32(0, nil, 0)
        guard place.isDeflated else {
            stream = nil
            return
        }
        let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
        stream.initialize(to: z_stream())
        guard czlib_inflate_raw(stream) == Z_OK else {
            stream.deallocate()
            throw ArchiveError(.malformed, "There is no memory to unpack it.")
        }
        self.stream = stream
    }

    deinit {
        guard let stream else { return }
        inflateEnd(stream)
        stream.deallocate()
    }

    func next() throws(ArchiveError) -> [UInt8]? {
        guard !isAtEnd else { return nil }
        let bytes = try stream == nil ? stored() : inflated()
        guard Int64(bytes.count) <= left else { throw Self.broken }
        left -= Int64(bytes.count)
        checksum = bytes.withUnsafeBufferPointer { crc32(checksum, $0.baseAddress, uInt($0.count)) }
        if stream == nil, left == 0 { isAtEnd = true }
        if isAtEnd {
            guard left == 0, UInt32(truncatingIfNeeded: checksum) == place.checksum else { throw Self.broken }
        }
        return bytes.isEmpty ? nil : bytes
    }

    private func packed() throws(ArchiveError) -> [UInt8] {
        do {
            let bytes = try file.read(Int(min(packedLeft, Int64(StoredFile.chunkSize))), at: offset)
            offset += Int64(bytes.count)
            packedLeft -= Int64(bytes.count)
            return bytes
        } catch {
            throw ArchiveError(.notFound, "It cannot be read: \(error).")
        }
    }

    private func stored() throws(ArchiveError) -> [UInt8] {
        let bytes = try packed()
        guard !bytes.isEmpty || left == 0 else { throw Self.broken }
        return bytes
    }

    /// A chunk of unpacked bytes; shorter at the end only.
    private func inflated() throws(ArchiveError) -> [UInt8] {
        guard let stream else { return [] }
        var output = [UInt8](repeating: 0, count: StoredFile.chunkSize)
        var filled = 0
        while filled < output.count, !isAtEnd {
            if consumed == input.count {
                input = try packed()
                consumed = 0
                guard !input.isEmpty else { throw Self.broken }
            }
            let code = input.withUnsafeMutableBufferPointer { input in
                output.withUnsafeMutableBufferPointer { output in
                    stream.pointee.next_in = input.baseAddress?.advanced(by: consumed)
                    stream.pointee.avail_in = uInt(input.count - consumed)
                    stream.pointee.next_out = output.baseAddress?.advanced(by: filled)
                    stream.pointee.avail_out = uInt(output.count - filled)
                    return inflate(stream, Z_NO_FLUSH)
                }
            }
            let (unread, unfilled) = (Int(stream.pointee.avail_in), Int(stream.pointee.avail_out))
            consumed = input.count - unread
            filled = output.count - unfilled
            guard code == Z_OK || code == Z_STREAM_END else { throw Self.broken }
            isAtEnd = code == Z_STREAM_END
        }
        return Array(output[..<filled])
    }
}

@available(*, unavailable)
extension ZipEntryBytes: Sendable {}
