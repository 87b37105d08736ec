import HTTPTypes
import Hummingbird

/// Every route of a listener, and the one way from a request to one of them.
struct RouteTable: Sendable {
    /// The route of a request.
    struct Match: Sendable {
        var route: Route
        var parameters: PathParameters
        /// What the address takes instead, when it does not take the method.
        var allowed: [HTTPRequest.Method]?
    }

    let routes: [Route]

    init(_ routes: [Route]) {
        self.routes = routes
    }

    /// `nil` when nothing lies at the target.
    func match(_ method: HTTPRequest.Method, target: String) -> Match? {
        guard let path = RequestPath(target: target) else { return nil }
        var there: [Match] = []
        var rest: Match?
        for route in routes {
            guard let parameters = route.pattern.match(path) else { continue }
            let match = Match(route: route, parameters: parameters)
            if route.pattern.takesRest {
                rest = rest ?? match
            } else if route.methods.contains(method) {
                return match
            } else {
                there.append(match)
            }
        }
        guard var first = there.first else { return rest }
        let isShared = there.contains { $0.route.isShared }
        first.allowed = there.flatMap(\.route.methods) + (isShared ? [.options] : [])
        return first
    }

    /// Takes a call past its guard to its handler.
    ///
    /// - Parameter letIn: called when the guard has let the call in.
    /// - Throws: the refusal; a wrong method is told only to those whom the guard lets in.
    static func answer(
        _ match: Match, _ request: Request, on connection: PublicConnection, letIn: () -> Void = {}
    ) async throws -> Response {
        let call = HTTPCall(request: request, connection: connection, parameters: match.parameters)
        let admitted = try await match.route.admit(call)
        letIn()
        if let allowed = match.allowed { throw HTTPFailure.methodNotAllowed(allowed) }
        return try await admitted()
    }
}
