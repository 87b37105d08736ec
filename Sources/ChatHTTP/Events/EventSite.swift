import ByteText
import ChatCore
import ChatWire
import HTTPTypes
import Hummingbird
import JSON
import NIOCore
import Synchronization

/// `POST /api/<event>` on the public listener. CONTRACT section 3, "HTTP for every event".
///
/// What a request does is the ``EventDesk``'s; here is who asks, how much they may bring at once, and what status an
/// ack has.
public struct EventSite: Sendable {
    /// Requests that go on at once: together, of one user, and of one address.
    private static let requests = TransferSlots.Bounds(all: 512, user: 64, address: 256)
    /// Bytes of a body that needs no share of ``BodyBudget``.
    static let smallBody = 16 << 10

    private let desk: any EventDesk
    private let access: FileAccess
    /// Bytes of a body.
    private let maxBody: Int
    private let slots = TransferSlots(Self.requests)
    private let budget: BodyBudget

    /// - Parameters:
    ///   - files: whose way in is the same.
    ///   - maxBody: bytes; `--max-payload`.
    public init(desk: any EventDesk, files: FileSite, maxBody: Int) {
        self.desk = desk
        access = files.access
        self.maxBody = maxBody
        budget = BodyBudget(bytes: max(64 << 20, maxBody))
    }

    var routes: [Route] {
        [Route.guarded(.post, "/api/{event}", by: UserGuard(access: access), answer).shared().acked()]
    }

    @Sendable private func answer(_ call: HTTPCall, _ user: User) async throws -> Response {
        // Whatever is wrong with the name: there is no such event.
        let name = ByteString((try? call.parameter("event")) ?? "")
        let body = try await body(of: call, user)
        let (ack, failure) = await desk.answer(name, body, as: user)
        return .ack(ack, failure)
    }

    /// - Throws: 413, 415, and 408 for one that comes too slowly.
    private func body(of call: HTTPCall, _ user: User) async throws -> ByteBuffer {
        let request = call.request
        try request.refuseContentEncoding()
        let length = request.headers[.contentLength].flatMap { Int($0) }
        if let length, length > maxBody { throw tooLarge }
        let task = EndableTask()
        let slot = try slots.take(for: user.id, at: call.connection.address) { task.end() }
        let share = try budget.take(length ?? maxBody)
        defer { withExtendedLifetime((slot, share)) {} }
        let chunks = request.body
        do {
            return try await task.run { try await collect(chunks, slot) }
        } catch is EndableTask.Ended {
            throw ChatError(.unavailable, "The request was slow and made room for others; try again.")
        }
    }

    private func collect(_ chunks: RequestBody, _ slot: TransferSlot) async throws -> ByteBuffer {
        var pace = UploadPace()
        var body = ByteBuffer()
        for try await chunk in chunks {
            guard body.readableBytes + chunk.readableBytes <= maxBody else { throw tooLarge }
            try pace.take(chunk.readableBytes)
            slot.moved(chunk.readableBytes)
            body.writeImmutableBuffer(chunk)
        }
        return body
    }

    private var tooLarge: HTTPFailure {
        HTTPFailure(
            status: .contentTooLarge, code: "too_long", message: "An event's object has at most \(maxBody) bytes.")
    }
}

/// Lets in who shows a user's token.
struct UserGuard: RouteGuard {
    let access: FileAccess

    func admit(_ call: HTTPCall) async throws -> User {
        try await access.user(of: call.request, on: call.connection)
    }
}

/// How many bytes of bodies may be on their way at once: what is not small takes its share before it is read.
final class BodyBudget: Sendable {
    private let left: Mutex<Int>

    init(bytes: Int) { left = Mutex(bytes) }

    /// A part of the budget, given back when nobody holds it any more.
    final class Share: Sendable {
        private let budget: BodyBudget
        private let bytes: Int

        fileprivate init(_ budget: BodyBudget, _ bytes: Int) {
            self.budget = budget
            self.bytes = bytes
        }

        deinit { budget.left.withLock { $0 += bytes } }
    }

    /// - Throws: `unavailable` when so much is not left.
    func take(_ bytes: Int) throws(ChatError) -> Share? {
        guard bytes > EventSite.smallBody else { return nil }
        let isThere = left.withLock { left in
            guard left >= bytes else { return false }
            left -= bytes
            return true
        }
        guard isThere else {
            throw ChatError(.unavailable, "Too many large requests go on; try again.", retryAfter: .seconds(1))
        }
        return Share(self, bytes)
    }
}

extension Response {
    /// An ack, under the status of why it refuses.
    static func ack(_ json: ByteBuffer, _ failure: ChatError?) -> Response {
        var response = Response(
            status: .ok, headers: [.contentType: "application/json; charset=utf-8", .cacheControl: "no-store"],
            body: ResponseBody(byteBuffer: json))
        guard let failure else { return response }
        let told = HTTPFailure.toCaller(failure)
        response.status = told.status
        for header in told.headers { response.headers[header.name] = header.value }
        return response
    }

    /// What was thrown before there was an ack, in the shape of one.
    static func ack(refusing error: any Error) -> Response {
        let failure = HTTPFailure.toCaller(error)
        var response = Response.json(status: failure.status) { writer in
            writer.object { object in
                object.field("ok", false)
                object.object("error") { $0.fields(of: failure.chatError(of: error)) }
            }
        }
        for header in failure.headers { response.headers[header.name] = header.value }
        return response
    }
}

extension HTTPFailure {
    /// An event's refusal: a text that is too long is the caller's fault, as other fields' are.
    fileprivate static func toCaller(_ error: any Error) -> HTTPFailure {
        var failure = HTTPFailure.toUser(error)
        guard let error = error as? ChatError else { return failure }
        failure.code = error.code.rawValue
        switch error.code {
        case .tooLong: failure.status = .badRequest
        case .unavailable where failure.headers[.retryAfter] == nil: failure.headers[.retryAfter] = "1"
        default: break
        }
        return failure
    }

    /// The refusal in the words of events.
    fileprivate func chatError(of error: any Error) -> ChatError {
        if let error = error as? ChatError { return error }
        return ChatError(Self.codes[status.code] ?? .invalid, message, field: field)
    }

    private static let codes: [Int: ChatError.Code] = [
        401: .unauthorized, 403: .forbidden, 404: .notFound, 408: .unavailable, 413: .tooLong, 500: .internal,
        503: .unavailable,
    ]
}
