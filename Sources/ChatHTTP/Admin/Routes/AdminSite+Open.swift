import ByteText
import ChatCore
import HTTPTypes
import Hummingbird

extension AdminSite {
    /// What needs no key, and holds no data.
    var openRoutes: [Route] {
        [
            .open(.get, "/healthz") { _ in .state("ok") }.probe(),
            .open(.get, "/readyz", readiness).probe(),
            .open(.get, "/") { _ in AdminPage.response },
        ] + ([Self.openAPI] + documents).map { document in
            Route.open(.get, document.path) { _ in document.response }
        }
    }

    private static let openAPI = StaticDocument(
        path: "/openapi.json", type: "application/json; charset=utf-8", text: OpenAPI.text)

    /// 200 when the store reads and writes and the appliance is not stopping, else 503 with the reason.
    @Sendable private func readiness(_ call: HTTPCall) async throws -> Response {
        if let reason = unreadiness() {
            throw HTTPFailure(status: .serviceUnavailable, code: "unavailable", message: reason)
        }
        do {
            _ = try await store.read { try $0.revision() }
        } catch {
            throw HTTPFailure(
                status: .serviceUnavailable, code: "unavailable", message: "The database does not answer.")
        }
        return .state("ready")
    }
}
