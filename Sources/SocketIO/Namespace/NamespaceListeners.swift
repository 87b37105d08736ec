/// What an application set up for a namespace.
struct NamespaceListeners: Sendable {
    var middleware: [Namespace.Middleware] = []
    var gate: (any ConnectionGate)?
    var onConnection: [@Sendable (Socket) throws -> Void] = []
    var onError: [@Sendable (Socket, any Error) -> Void] = []

    /// Both, in that order; the gate of the second, if it has one.
    static func + (first: Self, second: Self) -> Self {
        Self(
            middleware: first.middleware + second.middleware, gate: second.gate ?? first.gate,
            onConnection: first.onConnection + second.onConnection, onError: first.onError + second.onError)
    }
}
