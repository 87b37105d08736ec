import HTTPTypes
import Hummingbird

/// One call of the admin listener.
struct AdminRoute: Sendable {
    var method: HTTPRequest.Method
    /// With `{name}` where a part is free.
    var path: String
    var handle: @Sendable (AdminRequest) async throws -> Response

    init(
        _ method: HTTPRequest.Method, _ path: String,
        _ handle: @escaping @Sendable (AdminRequest) async throws -> Response
    ) {
        self.method = method
        self.path = path
        self.handle = handle
    }

    /// Whether `path`, as it came in, is one of this route's.
    func matches(_ path: String) -> Bool {
        let own = self.path.split(separator: "/")
        let given = path.split(separator: "/")
        return own.count == given.count && zip(own, given).allSatisfy { $0.hasPrefix("{") || $0 == $1 }
    }
}
