import HTTPTypes
import Hummingbird

/// One call of a listener.
///
/// It is declared either ``open(_:_:_:)``, in so many words, or with the guard that lets calls in; there is no third
/// way to make one, and no way to its handler but past its guard.
struct Route: Sendable {
    enum Access: Sendable {
        /// Anybody may; holds no data.
        case open
        case guarded
    }

    /// What a call that was let in does.
    typealias Admitted = @Sendable () async throws -> Response

    /// `nil`: whatever the method.
    let method: HTTPRequest.Method?
    let pattern: RoutePattern
    let access: Access
    /// Whether pages of other origins may use it, as they use the socket.
    private(set) var isShared = false
    /// Whether what it refuses with has the shape of an ack.
    private(set) var answersAcks = false
    /// Whether watchdogs and balancers ask it, by whatever name they know the machine: it tells no data.
    private(set) var isProbe = false
    /// What it was declared as; `nil` for what is no call of the admin endpoint.
    private(set) var call: AdminCall?
    /// Asks the guard.
    let admit: @Sendable (HTTPCall) async throws -> Admitted

    private init(
        _ method: HTTPRequest.Method?, _ path: String, _ access: Access,
        _ admit: @escaping @Sendable (HTTPCall) async throws -> Admitted
    ) {
        self.method = method
        pattern = RoutePattern(path)
        self.access = access
        self.admit = admit
    }

    /// A route that needs nothing.
    static func open(
        _ method: HTTPRequest.Method, _ path: String,
        _ answer: @escaping @Sendable (HTTPCall) async throws -> Response
    ) -> Route {
        Route(method, path, .open) { call in { try await answer(call) } }
    }

    /// A route that `guardian` lets in to.
    ///
    /// - Parameters:
    ///   - method: `nil` takes every one.
    ///   - call: what it is declared as.
    static func guarded<Guardian: RouteGuard>(
        _ method: HTTPRequest.Method?, _ path: String, by guardian: Guardian, as call: AdminCall? = nil,
        _ answer: @escaping @Sendable (HTTPCall, Guardian.Pass) async throws -> Response
    ) -> Route {
        var route = Route(method, path, .guarded) { request in
            let pass = try await guardian.admit(request)
            return { try await answer(request, pass) }
        }
        route.call = call
        return route
    }

    /// The same, for pages of other origins too.
    func shared() -> Route {
        var route = self
        route.isShared = true
        return route
    }

    /// The same, with refusals in the shape of acks.
    func acked() -> Route {
        var route = self
        route.answersAcks = true
        return route
    }

    /// The same, whatever `Host` it is asked by.
    func probe() -> Route {
        var route = self
        route.isProbe = true
        return route
    }

    /// The methods that it takes, as `Allow` has them.
    var methods: [HTTPRequest.Method] {
        switch method {
        case nil: []
        case .get: [.get, .head]
        case let method?: [method]
        }
    }
}
