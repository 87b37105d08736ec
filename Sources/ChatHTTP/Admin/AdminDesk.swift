import ByteText
import ChatCore
import HTTPTypes
import Hummingbird
import Logging
import SocketServer

/// Takes every request of the admin listener: host, route, guard, handler, and each error as CONTRACT section 2 has it.
struct AdminDesk: Sendable {
    let table: RouteTable
    let hosts: AdminHosts
    let refusals: RefusalLog
    let logger: Logger

    func answer(_ request: Request, on connection: PublicConnection) async -> Response {
        let match = table.match(request.method, target: request.head.path ?? "/")
        let response: Response
        var isAct = false
        do {
            guard match?.route.isProbe == true || hosts.allows(request.head.authority) else {
                refusals.refused(.host, from: connection.address, code: HTTPFailure.misdirected.code)
                throw HTTPFailure.misdirected
            }
            guard let match else { throw HTTPFailure.notFound("There is nothing here.") }
            response = try await RouteTable.answer(match, request, on: connection) {
                isAct = match.route.access == .guarded && match.allowed == nil
            }
        } catch {
            var failure = HTTPFailure(error)
            if error is ChatError { failure.field = failure.field.map(Self.snakeCased) }
            if failure.status == .internalServerError, !Task.isCancelled {
                logger.error(
                    "admin call failed",
                    metadata: ["parley.method": "\(request.method)", "parley.error": "\(error)"])
            }
            response = failure.response
        }
        if isAct, let match { note(match.route, request.method, response.status, connection.address) }
        return response
    }

    /// The rules name fields as events do: `clientId` is `client_id` here.
    private static func snakeCased(_ name: String) -> String {
        name.utf8.reduce(into: "") { text, byte in
            let isCapital = (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
            text += (isCapital ? "_" : "") + String(UnicodeScalar(byte.asciiLowercased))
        }
    }

    /// Every act is logged, also one that was refused for what it asked; what only looks is, to whom looks closely.
    /// Only who was let in acts: refused keys and hosts have lines of their own.
    private func note(
        _ route: Route, _ method: HTTPRequest.Method, _ status: HTTPResponse.Status, _ address: String
    ) {
        let isLook = (method == .get || method == .head) && !AdminSite.secretLooks.contains(route.pattern.text)
        logger.log(
            level: isLook ? .debug : .info, "admin act",
            metadata: [
                "parley.method": "\(method)", "parley.route": "\(route.pattern.text)",
                "parley.status": "\(status.code)", "parley.address": "\(address)",
            ])
    }
}
