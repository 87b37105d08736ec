import ChatCore

/// Bytes in chunks of one size, as files are stored.
final class EvenChunks {
    private let bytes: any ForeignBytes
    private var pending: [UInt8] = []
    private var isAtEnd = false

    init(_ bytes: any ForeignBytes) { self.bytes = bytes }

    /// ``ChatCore/StoredFile/chunkSize`` bytes, fewer at the end; `nil` behind it.
    func next() throws(ArchiveError) -> [UInt8]? {
        while pending.count < StoredFile.chunkSize, !isAtEnd {
            if let more = try bytes.next() { pending += more } else { isAtEnd = true }
        }
        guard !pending.isEmpty else { return nil }
        let chunk = Array(pending.prefix(StoredFile.chunkSize))
        pending.removeFirst(chunk.count)
        return chunk
    }
}

@available(*, unavailable)
extension EvenChunks: Sendable {}
