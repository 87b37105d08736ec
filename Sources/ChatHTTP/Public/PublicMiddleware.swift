import HTTPTypes
import Hummingbird
import Logging

/// Answers errors of the public listener in the same form as the admin endpoint's.
struct PublicMiddleware: RouterMiddleware {
    typealias Context = PublicContext

    /// The addresses that only take GET and HEAD.
    let paths: Set<String>
    let logger: Logger

    func handle(
        _ request: Request, context: Context, next: (Request, Context) async throws -> Response
    ) async throws -> Response {
        do {
            if paths.contains(request.uri.path), request.method != .get, request.method != .head {
                throw HTTPFailure.methodNotAllowed([.get, .head])
            }
            return try await next(request, context)
        } catch {
            let failure = HTTPFailure(error)
            if failure.status == .internalServerError {
                logger.error("public call failed", metadata: ["parley.error": "\(error)"])
            }
            return failure.response
        }
    }
}
