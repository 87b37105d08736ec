import ChatCore
import Foundation
import HTTPTypes
import Hummingbird
public import Logging
import SocketServer

/// Files over HTTP on the public listener. CONTRACT section 4.
public struct FileSite: Sendable {
    /// Uploads that go on at once: together, of one user, and of one address. Each holds some 0.7 MiB at most.
    private static let uploads = TransferSlots.Bounds(all: 128, user: 8, address: 64)
    /// Downloads that go on at once: together, of one user, and of one address. Each holds some 0.3 MiB at most.
    private static let downloads = TransferSlots.Bounds(all: 512, user: 32, address: 256)

    let store: any ChatStore
    let access: FileAccess
    /// Bytes.
    let maxAttachment: Int64
    let uploadSlots = TransferSlots(Self.uploads)
    let downloadSlots = TransferSlots(Self.downloads)

    public init(
        store: any ChatStore, verifier: any TokenVerifier, links: any FileLinks, maxAttachment: Int64,
        logger: Logger = Logger(label: "parley.files"), clock: @escaping @Sendable () -> Timestamp = { .now() }
    ) {
        self.store = store
        self.maxAttachment = maxAttachment
        access = FileAccess(
            store: store, verifier: verifier, links: links, refusals: RefusalLog(logger: logger), clock: clock)
    }

    /// `POST /files`.
    @Sendable func upload(_ request: Request, _ context: PublicContext) async throws -> Response {
        let holder = try await access.holder(of: request, on: context.connection)
        let source = try UploadSource(request)
        if let length = request.headers[.contentLength].flatMap({ Int64($0) }),
            length > maxAttachment.addingClamped(source.overhead)
        {
            throw HTTPFailure.tooLarge(maxAttachment)
        }
        let task = EndableTask()
        let slot = try uploadSlots.take(for: holder.user, at: context.connection.address) { task.end() }
        let upload = FileUpload(
            store: store, owner: holder.user, limit: maxAttachment, slot: slot,
            watch: StandingWatch { [access] in try await access.lookAgain(at: holder) })
        let body = request.body
        let attachment: Attachment
        do {
            attachment = try await task.run { try await upload.receive(source, body) }
        } catch is EndableTask.Ended {
            throw ChatError(.unavailable, "The upload was slow and made room for others; try again.")
        }
        var response = Response.json(AdminObjects.attachment(attachment), status: .created)
        response.headers[.location] = FileAddress.path(of: attachment.id)
        return response
    }

    /// `GET` and `HEAD /files/{id}`.
    @Sendable func download(_ request: Request, _ context: PublicContext) async throws -> Response {
        guard let raw = context.parameters.get("id"), let id = raw.removingPercentEncoding else {
            throw ChatError(.notFound, "There is no such file.")
        }
        let (file, holder) = try await access.file(FileID(id), for: request, on: context.connection)
        let slot = try downloadSlots.take(
            for: holder.user, at: context.connection.address, end: context.connection.abort)
        return FileDelivery(
            store: store, file: file, slot: slot,
            watch: StandingWatch { [access] in try await access.lookAgain(at: holder) }
        ).response(to: request)
    }
}

extension Int64 {
    func addingClamped(_ other: Int64) -> Int64 {
        let (sum, overflow) = addingReportingOverflow(other)
        return overflow ? .max : sum
    }
}
