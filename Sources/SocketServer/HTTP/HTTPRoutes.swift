/// Who answers which request.
///
/// A service has one path, whole and byte by byte: another spelling of it is not its, and neither is what lies below.
/// With a ``PathPrefix`` it has that path below the prefix too.
public struct HTTPRoutes: Sendable {
    private var services: [(path: String, service: any LoopHTTPService)] = []
    private let fallback: any LoopHTTPService
    private let prefix: PathPrefix?

    /// - Parameters:
    ///   - fallback: answers, asynchronously, what no service is registered for.
    ///   - prefix: below what path the services answer as well; the fallback sees to its own.
    public init(fallback: any HTTPResponder = NotFoundResponder(), prefix: PathPrefix? = nil) {
        self.fallback = AsyncHTTPService(responder: fallback)
        self.prefix = prefix
    }

    /// Gives the requests for `path` to `service`.
    public mutating func add(_ path: String, _ service: any LoopHTTPService) {
        services.append((path, service))
    }

    func service(for uri: String) -> any LoopHTTPService {
        registered(for: uri) ?? prefix?.inside(uri).flatMap { registered(for: $0) } ?? fallback
    }

    private func registered(for uri: String) -> (any LoopHTTPService)? {
        services.first { Self.isTarget(uri.utf8, of: $0.path.utf8) }?.service
    }

    /// Whether a target in origin form has this path: what follows it is nothing or a query.
    private static func isTarget(_ target: String.UTF8View, of path: String.UTF8View) -> Bool {
        var rest = target.makeIterator()
        for byte in path where rest.next() != byte { return false }
        let next = rest.next()
        return next == nil || next == UInt8(ascii: "?")
    }
}
