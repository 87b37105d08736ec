import ByteText
import ChatCore
import HTTPTypes
import Hummingbird
import JSON
import NIOCore

/// A refused request: status, stable code, sentence and, where one is at fault, the field. CONTRACT section 2.
struct HTTPFailure: Error, Sendable {
    var status: HTTPResponse.Status
    var code: String
    var message: String
    var field: String?
    var headers: HTTPFields = [:]

    static func invalid(_ message: String, field: String? = nil) -> HTTPFailure {
        HTTPFailure(status: .badRequest, code: "invalid", message: message, field: field)
    }

    static let unauthorized = HTTPFailure(
        status: .unauthorized, code: "unauthorized", message: "The admin key is missing or wrong.",
        headers: [.wwwAuthenticate: "Bearer"])

    /// RFC 6585 section 4.
    static func tooManyGuesses(retryAfter seconds: Int64) -> HTTPFailure {
        HTTPFailure(
            status: .tooManyRequests, code: "rate_limited", message: "Too many wrong keys; wait.",
            headers: [.retryAfter: String(seconds)])
    }

    /// RFC 9110 section 15.5.20.
    static let misdirected = HTTPFailure(
        status: .misdirectedRequest, code: "misdirected_request",
        message: "This listener does not go by that name; --admin-host adds one.")

    static func notFound(_ message: String, field: String? = nil) -> HTTPFailure {
        HTTPFailure(status: .notFound, code: "not_found", message: message, field: field)
    }

    static func conflict(_ message: String, field: String? = nil) -> HTTPFailure {
        HTTPFailure(status: .conflict, code: "conflict", message: message, field: field)
    }

    static func methodNotAllowed(_ allowed: [HTTPRequest.Method]) -> HTTPFailure {
        HTTPFailure(
            status: .methodNotAllowed, code: "method_not_allowed", message: "This address does not take that method.",
            headers: [.allow: allowed.map(\.rawValue).joined(separator: ", ")])
    }

    static let payloadTooLarge = HTTPFailure(
        status: .contentTooLarge, code: "payload_too_large",
        message: "The body is longer than \(AdminRequest.maximumBody) bytes.")

    static let unsupportedMediaType = HTTPFailure(
        status: .unsupportedMediaType, code: "unsupported_media_type", message: "The body must be application/json.")

    static let `internal` = HTTPFailure(
        status: .internalServerError, code: "internal", message: "Something went wrong here; the log has the cause.")

    /// The one place that turns what was thrown into an answer.
    init(_ error: any Error) {
        switch error {
        case let failure as HTTPFailure: self = failure
        case let error as ChatError: self.init(error)
        case is NIOTooManyBytesError: self = .payloadTooLarge
        case let error as HTTPError where error.status == .notFound: self = .notFound("There is nothing here.")
        case let error as HTTPError where error.status.code < 500:
            self = .invalid(error.body ?? error.status.reasonPhrase)
        default: self = .internal
        }
    }

    init(status: HTTPResponse.Status, code: String, message: String, field: String? = nil, headers: HTTPFields = [:]) {
        self.status = status
        self.code = code
        self.message = message
        self.field = field
        self.headers = headers
    }

    init(_ error: ChatError) {
        var headers: HTTPFields = [:]
        if let wait = error.retryAfter?.components {
            headers[.retryAfter] = String(max(1, wait.seconds + (wait.attoseconds > 0 ? 1 : 0)))
        }
        let (status, code): (HTTPResponse.Status, String) =
            switch error.code {
            case .invalid, .tooLong: (.badRequest, "invalid")
            case .unauthorized: (.unauthorized, "unauthorized")
            case .notFound: (.notFound, "not_found")
            // The operator may do everything: what is forbidden is so by the state of things.
            case .conflict, .forbidden: (.conflict, "conflict")
            case .rateLimited: (.tooManyRequests, "rate_limited")
            case .storageFull, .unavailable: (.serviceUnavailable, "unavailable")
            case .internal: (.internalServerError, "internal")
            }
        self.init(status: status, code: code, message: error.message, field: error.field, headers: headers)
    }

    var response: Response {
        var response = Response.json(status: status) { writer in
            writer.object { object in
                object.object("error") { error in
                    error.field("code", code)
                    error.field("message", message)
                    if let field { error.field("field", field) }
                }
            }
        }
        for header in headers { response.headers[header.name] = header.value }
        return response
    }
}
