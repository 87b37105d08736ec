import HTTPTypes
import Hummingbird
import Logging

/// Answers errors of the public listener in the same form as the admin endpoint's.
struct PublicMiddleware: RouterMiddleware {
    typealias Context = PublicContext

    /// The methods that an address takes; `nil` for one that is not there.
    let methods: @Sendable (_ path: String) -> [HTTPRequest.Method]?
    let logger: Logger

    func handle(
        _ request: Request, context: Context, next: (Request, Context) async throws -> Response
    ) async throws -> Response {
        do {
            if let allowed = methods(request.uri.path), !allowed.contains(request.method) {
                throw HTTPFailure.methodNotAllowed(allowed)
            }
            return try await next(request, context)
        } catch {
            let failure = HTTPFailure.toUser(error)
            if failure.status == .internalServerError, !Task.isCancelled {
                logger.error("public call failed", metadata: ["parley.error": "\(error)"])
            }
            return failure.response
        }
    }
}
