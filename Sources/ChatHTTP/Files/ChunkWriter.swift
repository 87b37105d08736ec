import ChatCore
import HTTPTypes
import Hummingbird

/// Cuts a file into chunks as it comes, and gives each to the store before more is taken.
struct ChunkWriter {
    private let store: any ChatStore
    private let id: FileID
    private let limit: Int64
    private var chunk: [UInt8] = []
    private var size: Int64 = 0
    private var probe: FileProbe
    /// `nil`: the file is stored as it comes.
    private var eraser: LocationEraser?

    init(store: any ChatStore, id: FileID, limit: Int64, declaredType: String?, stripsLocation: Bool) {
        self.store = store
        self.id = id
        self.limit = limit
        probe = FileProbe(declaredType: declaredType)
        eraser = stripsLocation ? LocationEraser() : nil
    }

    mutating func write(_ bytes: some Collection<UInt8>) async throws {
        size += Int64(bytes.count)
        guard size <= limit else { throw HTTPFailure.tooLarge(limit) }
        probe.take(bytes)
        guard eraser != nil else { return try await store(bytes) }
        let passed = eraser?.take(bytes) ?? []
        if eraser?.isDone == true { eraser = nil }
        try await store(passed)
    }

    private mutating func store(_ bytes: some Collection<UInt8>) async throws {
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
        if let held = eraser?.finish() { try await store(held) }
        if !chunk.isEmpty { try await flush() }
        guard case .file(let attachment) = try await store.perform(.finishFile(id, probe.finish())) else {
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
