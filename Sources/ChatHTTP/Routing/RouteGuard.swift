/// Decides whether a call may go on, and hands over what says so.
protocol RouteGuard: Sendable {
    /// What the route's handler gets to see of the decision, and cannot be called without.
    associatedtype Pass: Sendable

    /// - Throws: the refusal.
    func admit(_ call: HTTPCall) async throws -> Pass
}
