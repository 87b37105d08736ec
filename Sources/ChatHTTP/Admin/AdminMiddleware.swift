import ByteText
import HTTPTypes
import Hummingbird
import Logging

/// Answers every error as CONTRACT section 2 has it, and asks for the key before anything behind `/admin` or `/metrics`
/// is told, even whether it exists.
struct AdminMiddleware: RouterMiddleware {
    typealias Context = BasicRequestContext

    let key: [UInt8]
    let routes: [AdminRoute]
    let logger: Logger

    func handle(
        _ request: Request, context: Context, next: (Request, Context) async throws -> Response
    ) async throws -> Response {
        do {
            let path = request.uri.path
            if Self.isGuarded(path), !isAuthorized(request) { throw HTTPFailure.unauthorized }
            let matching = routes.filter { $0.matches(path) }
            if !matching.isEmpty, !Self.methods(of: matching).contains(request.method) {
                throw HTTPFailure.methodNotAllowed(Self.methods(of: matching))
            }
            return try await next(request, context)
        } catch {
            let failure = HTTPFailure(error)
            if failure.status == .internalServerError {
                logger.error(
                    "admin call failed",
                    metadata: ["parley.method": "\(request.method)", "parley.error": "\(error)"])
            }
            return failure.response
        }
    }

    private static func isGuarded(_ path: String) -> Bool {
        path == "/metrics" || path == "/admin" || path.hasPrefix("/admin/")
    }

    private static func methods(of routes: [AdminRoute]) -> [HTTPRequest.Method] {
        routes.flatMap { $0.method == .get ? [.get, .head] : [$0.method] }
    }

    private func isAuthorized(_ request: Request) -> Bool {
        guard let given = request.bearer else { return false }
        return Self.equal(Array(given.utf8), key)
    }

    /// Takes as long for a wrong key as for the right one, whichever byte is wrong.
    private static func equal(_ given: [UInt8], _ key: [UInt8]) -> Bool {
        var difference = given.count ^ key.count
        for index in given.indices {
            difference |= Int(given[index] ^ key[index % max(1, key.count)])
        }
        return difference == 0 && !key.isEmpty
    }
}
