import ChatCore
import ChatWire
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
    /// Whether JPEGs lose where they were taken.
    let stripsLocation: Bool
    let uploadSlots = TransferSlots(Self.uploads)
    let downloadSlots = TransferSlots(Self.downloads)
    /// Ends transfers with the right to them: has to hear of every commit.
    public let leases: TransferLeases

    /// - Parameters:
    ///   - maxAttachment: bytes.
    ///   - createsUsers: `--auto-create-users`: whether a token of a user whom nobody made makes them.
    ///   - stripsLocation: whether the GPS part of a JPEG's EXIF is taken out (``LocationEraser``).
    public init(
        store: any ChatStore, verifier: any TokenVerifier, links: any FileLinks, maxAttachment: Int64,
        createsUsers: Bool = false, stripsLocation: Bool = true,
        logger: Logger = Logger(label: "parley.files"), clock: @escaping @Sendable () -> Timestamp = { .now() }
    ) {
        self.store = store
        self.maxAttachment = maxAttachment
        self.stripsLocation = stripsLocation
        leases = TransferLeases(clock: clock)
        access = FileAccess(
            store: store, verifier: verifier, createsUsers: createsUsers, links: links, leases: leases,
            refusals: RefusalLog(logger: logger), clock: clock)
    }

    var routes: [Route] {
        [
            Route.guarded(.post, "/files", by: TokenGuard(access: access), upload).shared(),
            Route.guarded(.get, "/files/{id}", by: FileGuard(access: access), download).shared(),
        ]
    }

    /// `POST /files`.
    @Sendable private func upload(_ call: HTTPCall, _ lease: TransferLease) async throws -> Response {
        let request = call.request
        let source = try UploadSource(request)
        if let length = request.headers[.contentLength].flatMap({ Int64($0) }),
            length > maxAttachment.addingClamped(source.overhead)
        {
            throw HTTPFailure.tooLarge(maxAttachment)
        }
        let task = EndableTask()
        let slot = try uploadSlots.take(for: lease.user, at: call.connection.address) { task.end() }
        lease.whenEnded { task.end() }
        let upload = FileUpload(
            store: store, lease: lease, limit: maxAttachment, slot: slot, stripsLocation: stripsLocation)
        let body = request.body
        let attachment: Attachment
        do {
            attachment = try await task.run { try await upload.receive(source, body) }
        } catch is EndableTask.Ended {
            try lease.check()
            throw ChatError(.unavailable, "The upload was slow and made room for others; try again.")
        }
        var response = Response.json(status: .created) { $0.writeWire(attachment) }
        response.headers[.location] = FileAddress.path(of: attachment.id)
        return response
    }

    /// `GET` and `HEAD /files/{id}`.
    @Sendable private func download(_ call: HTTPCall, _ pass: FileGuard.Pass) async throws -> Response {
        let slot = try downloadSlots.take(
            for: pass.lease.user, at: call.connection.address, end: call.connection.abort)
        pass.lease.whenEnded(call.connection.abort)
        return FileDelivery(store: store, file: pass.file, slot: slot, lease: pass.lease).response(to: call.request)
    }
}

extension Int64 {
    func addingClamped(_ other: Int64) -> Int64 {
        let (sum, overflow) = addingReportingOverflow(other)
        return overflow ? .max : sum
    }
}
