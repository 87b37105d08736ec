import ChatCore
import HTTPTypes
import Hummingbird

/// Errors of the public listener: the house's form, with the statuses that users of files expect.
extension HTTPFailure {
    /// What was thrown, as users are to see it: they may be forbidden things, and storage that is full is told as such.
    static func toUser(_ error: any Error) -> HTTPFailure {
        guard let error = error as? ChatError else { return HTTPFailure(error) }
        var failure = HTTPFailure(error)
        switch error.code {
        case .forbidden: (failure.status, failure.code) = (.forbidden, "forbidden")
        case .storageFull: (failure.status, failure.code) = (insufficientStorage, "storage_full")
        case .tooLong: (failure.status, failure.code) = (.contentTooLarge, "payload_too_large")
        default: break
        }
        return failure
    }

    /// RFC 4918 section 11.5.
    private static let insufficientStorage = HTTPResponse.Status(code: 507, reasonPhrase: "Insufficient Storage")

    /// 401 for a token that is missing, wrong or holds no more.
    static func noToken(_ message: String) -> HTTPFailure {
        HTTPFailure(
            status: .unauthorized, code: "unauthorized", message: message, headers: [.wwwAuthenticate: "Bearer"])
    }

    static func tooLarge(_ limit: Int64) -> HTTPFailure {
        HTTPFailure(
            status: .contentTooLarge, code: "payload_too_large", message: "A file has at most \(limit) bytes.")
    }
}
