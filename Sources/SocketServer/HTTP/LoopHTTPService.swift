/// Answers requests on the event loop of their connection, for protocols that park responses.
public protocol LoopHTTPService: Sendable {
    /// A request's head arrived. The service sets the exchange's receiver, or answers at once; the response may come at
    /// any later time. Called on the exchange's event loop, which must not be blocked.
    func begin(_ exchange: HTTPExchange)
}
