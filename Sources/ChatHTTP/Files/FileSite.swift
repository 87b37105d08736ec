import ChatCore
import Foundation
import HTTPTypes
import Hummingbird

/// Files over HTTP on the public listener. CONTRACT section 4.
public struct FileSite: Sendable {
    /// Uploads that go on at once: together, and of one user. Each holds some 0.7 MiB at most.
    private static let uploads = (all: 128, user: 8)
    /// Downloads that go on at once: together, and of one user. Each holds some 0.3 MiB at most.
    private static let downloads = (all: 512, user: 32)

    let store: any ChatStore
    let access: FileAccess
    /// Bytes.
    let maxAttachment: Int64
    let uploadSlots = TransferSlots(limit: Self.uploads.all, limitOfUser: Self.uploads.user)
    let downloadSlots = TransferSlots(limit: Self.downloads.all, limitOfUser: Self.downloads.user)

    public init(
        store: any ChatStore, verifier: any TokenVerifier, links: any FileLinks, maxAttachment: Int64,
        clock: @escaping @Sendable () -> Timestamp = { .now() }
    ) {
        self.store = store
        self.maxAttachment = maxAttachment
        access = FileAccess(store: store, verifier: verifier, links: links, clock: clock)
    }

    var routes: [Route] {
        [
            Route.guarded(.post, "/files", by: TokenGuard(access: access), upload).shared(),
            Route.guarded(.get, "/files/{id}", by: FileGuard(access: access), download).shared(),
        ]
    }

    /// `POST /files`.
    @Sendable private func upload(_ call: HTTPCall, _ user: UserID) async throws -> Response {
        let request = call.request
        let source = try UploadSource(request)
        if let length = request.headers[.contentLength].flatMap({ Int64($0) }),
            length > maxAttachment.addingClamped(source.overhead)
        {
            throw HTTPFailure.tooLarge(maxAttachment)
        }
        let slot = try uploadSlots.take(for: user)
        defer { withExtendedLifetime(slot) {} }
        let attachment = try await FileUpload(store: store, owner: user, limit: maxAttachment)
            .receive(source, request.body)
        var response = Response.json(AdminObjects.attachment(attachment), status: .created)
        response.headers[.location] = FileAddress.path(of: attachment.id)
        return response
    }

    /// `GET` and `HEAD /files/{id}`.
    @Sendable private func download(_ call: HTTPCall, _ pass: FileGuard.Pass) async throws -> Response {
        let slot = try downloadSlots.take(for: pass.user)
        return FileDelivery(store: store, file: pass.file, slot: slot).response(to: call.request)
    }
}

extension Int64 {
    func addingClamped(_ other: Int64) -> Int64 {
        let (sum, overflow) = addingReportingOverflow(other)
        return overflow ? .max : sum
    }
}
