/// Who answers which request.
public struct HTTPRoutes: Sendable {
    private var services: [(prefix: String, service: any LoopHTTPService)] = []
    private var fallback: any LoopHTTPService

    /// - Parameter fallback: answers, asynchronously, what no service is registered for.
    public init(fallback: any HTTPResponder = NotFoundResponder()) {
        self.fallback = AsyncHTTPService(responder: fallback)
    }

    /// Gives the paths that begin with `prefix` to `service`. The longest prefix wins.
    public mutating func add(_ prefix: String, _ service: any LoopHTTPService) {
        services.append((prefix, service))
        services.sort { $0.prefix.utf8.count > $1.prefix.utf8.count }
    }

    func service(for uri: String) -> any LoopHTTPService {
        for entry in services where uri.hasPrefix(entry.prefix) { return entry.service }
        return fallback
    }
}
