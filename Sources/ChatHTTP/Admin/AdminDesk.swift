import HTTPTypes
import Hummingbird
import Logging

/// Takes every request of the admin listener: host, route, guard, handler, and each error as CONTRACT section 2 has it.
struct AdminDesk: Sendable {
    let table: RouteTable
    let hosts: AdminHosts
    let logger: Logger

    func answer(_ request: Request, on connection: PublicConnection) async -> Response {
        let match = table.match(request.method, target: request.head.path ?? "/")
        let response: Response
        do {
            guard match?.route.isProbe == true || hosts.allows(request.head.authority) else {
                throw HTTPFailure.misdirected
            }
            guard let match else { throw HTTPFailure.notFound("There is nothing here.") }
            response = try await RouteTable.answer(match, request, on: connection)
        } catch {
            let failure = HTTPFailure(error)
            if failure.status == .internalServerError, !Task.isCancelled {
                logger.error(
                    "admin call failed",
                    metadata: ["parley.method": "\(request.method)", "parley.error": "\(error)"])
            }
            response = failure.response
        }
        if let match, match.allowed == nil {
            note(match.route, request.method, response.status, connection.address)
        }
        return response
    }

    /// Every act is logged; what only looks is, to whom looks closely. Refused keys have a line of their own.
    private func note(
        _ route: Route, _ method: HTTPRequest.Method, _ status: HTTPResponse.Status, _ address: String
    ) {
        guard route.access == .guarded, status != .unauthorized, status != .tooManyRequests else { return }
        let isLook = (method == .get || method == .head) && !AdminSite.secretLooks.contains(route.pattern.text)
        logger.log(
            level: isLook ? .debug : .info, "admin act",
            metadata: [
                "parley.method": "\(method)", "parley.route": "\(route.pattern.text)",
                "parley.status": "\(status.code)", "parley.address": "\(address)",
            ])
    }
}
