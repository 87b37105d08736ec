import ByteText
import ChatCore
import Foundation
import HTTPTypes
import Hummingbird
import NIOCore

/// Takes one file in: a chunk is in memory, and the next is read from the client when the store has it.
struct FileUpload {
    let store: any ChatStore
    /// The owner's right to it; kept until it is whole.
    let lease: TransferLease
    /// Bytes.
    let limit: Int64
    /// Kept until it is whole.
    let slot: TransferSlot
    /// `--strip-location`.
    let stripsLocation: Bool

    /// - Returns: the file, once it is whole.
    /// - Throws: what refused it; then nothing of it stays.
    func receive(_ source: UploadSource, _ body: RequestBody) async throws -> Attachment {
        let id = FileID(UUID().uuidString.lowercased())
        do {
            switch source {
            case .raw(let name, let type): return try await receive(id, name, type, body)
            case .form(let boundary): return try await receive(id, MultipartReader(boundary: boundary.string), body)
            }
        } catch {
            // It may not have begun, and what is left behind is removed at the next start or after a day at the latest.
            _ = try? await store.perform(.discardFile(id))
            throw error
        }
    }

    private func receive(
        _ id: FileID, _ name: ByteString, _ type: ByteString?, _ body: RequestBody
    ) async throws -> Attachment {
        var writer = try await begin(id, name: name, type: type)
        var progress = Progress(self)
        for try await part in body {
            try progress.received(part.readableBytes)
            try await writer.write(part.readableBytesView)
        }
        try await lease.look()
        return try await writer.finish()
    }

    private func receive(_ id: FileID, _ reader: MultipartReader, _ body: RequestBody) async throws -> Attachment {
        var reader = reader
        var writer: ChunkWriter?
        var isInFile = false
        var received: Int64 = 0
        var progress = Progress(self)
        for try await part in body {
            try progress.received(part.readableBytes)
            received += Int64(part.readableBytes)
            guard received <= limit.addingClamped(UploadSource.formOverhead) else { throw HTTPFailure.tooLarge(limit) }
            for event in try Self.read(part, with: &reader) {
                switch event {
                case .part(let head):
                    isInFile = head.fileName != nil || head.name == "file"
                    guard isInFile else { continue }
                    guard writer == nil else { throw HTTPFailure.invalid("A request takes one file.", field: "file") }
                    writer = try await begin(id, name: head.fileName ?? "", type: head.contentType)
                case .data(let bytes):
                    if isInFile { try await writer?.write(bytes) }
                case .partEnd, .end:
                    isInFile = false
                }
            }
        }
        guard reader.isDone else { throw HTTPFailure.invalid("The form breaks off.") }
        try await lease.look()
        guard let attachment = try await writer?.finish() else {
            throw HTTPFailure.invalid("The form holds no file.", field: "file")
        }
        return attachment
    }

    /// What is looked at with each part that comes.
    private struct Progress {
        private let slot: TransferSlot
        private var pace = UploadPace()

        init(_ upload: FileUpload) { slot = upload.slot }

        mutating func received(_ bytes: Int) throws {
            try pace.take(bytes)
            slot.moved(bytes)
        }
    }

    private static func read(
        _ part: ByteBuffer, with reader: inout MultipartReader
    ) throws -> [MultipartReader.Event] {
        do {
            return try reader.read(part.readableBytesView)
        } catch let error as MultipartReader.Malformed {
            throw HTTPFailure.invalid(error.reason)
        }
    }

    private func begin(_ id: FileID, name: ByteString, type: ByteString?) async throws -> ChunkWriter {
        _ = try await store.perform(.beginFile(NewFile(id: id, owner: lease.user, name: name.string)))
        return ChunkWriter(
            store: store, id: id, limit: limit, declaredType: type?.string, stripsLocation: stripsLocation)
    }
}
