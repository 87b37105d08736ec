import ChatCore
import HTTPTypes
import Hummingbird

/// Cuts a file into chunks as it comes, and gives each to the store before more is taken.
struct ChunkWriter {
    private let store: any ChatStore
    private let id: FileID
    private let limit: Int64
    private let declaredType: String?
    private var chunk: [UInt8] = []
    private var size: Int64 = 0
    private var probe = ImageProbe()

    init(store: any ChatStore, id: FileID, limit: Int64, declaredType: String?) {
        self.store = store
        self.id = id
        self.limit = limit
        self.declaredType = declaredType
    }

    mutating func write(_ bytes: some Collection<UInt8>) async throws {
        size += Int64(bytes.count)
        guard size <= limit else { throw HTTPFailure.tooLarge(limit) }
        probe.take(bytes)
        var rest = bytes[...]
        while !rest.isEmpty {
            if chunk.isEmpty { chunk.reserveCapacity(StoredFile.chunkSize) }
            let part = rest.prefix(StoredFile.chunkSize - chunk.count)
            chunk.append(contentsOf: part)
            rest = rest[part.endIndex...]
            if chunk.count == StoredFile.chunkSize { try await flush() }
        }
    }

    /// The whole file.
    mutating func finish() async throws -> Attachment {
        if !chunk.isEmpty { try await flush() }
        let traits = probe.finish() ?? FileTraits(mimeType: MediaTypes.declared(declaredType))
        guard case .file(let attachment) = try await store.perform(.finishFile(id, traits)) else {
            throw HTTPFailure.internal
        }
        return attachment
    }

    private mutating func flush() async throws {
        let full = chunk
        chunk = []
        _ = try await store.perform(.appendToFile(id, full))
    }
}
