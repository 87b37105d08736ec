/// Who answers which request.
///
/// A service has one path, whole and byte by byte: another spelling of it is not its, and neither is what lies below.
public struct HTTPRoutes: Sendable {
    private var services: [(path: String, service: any LoopHTTPService)] = []
    private let fallback: any LoopHTTPService

    /// - Parameter fallback: answers, asynchronously, what no service is registered for.
    public init(fallback: any HTTPResponder = NotFoundResponder()) {
        self.fallback = AsyncHTTPService(responder: fallback)
    }

    /// Gives the requests for `path` to `service`.
    public mutating func add(_ path: String, _ service: any LoopHTTPService) {
        services.append((path, service))
    }

    func service(for uri: String) -> any LoopHTTPService {
        for entry in services where Self.isTarget(uri.utf8, of: entry.path.utf8) { return entry.service }
        return fallback
    }

    /// Whether a target in origin form has this path: what follows it is nothing or a query.
    private static func isTarget(_ target: String.UTF8View, of path: String.UTF8View) -> Bool {
        var rest = target.makeIterator()
        for byte in path where rest.next() != byte { return false }
        let next = rest.next()
        return next == nil || next == UInt8(ascii: "?")
    }
}
