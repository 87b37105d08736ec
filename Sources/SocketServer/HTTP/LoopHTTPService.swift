public import NIOCore

/// Answers requests on the event loop of their connection, for protocols that park responses.
public protocol LoopHTTPService: Sendable {
    /// A request's head arrived. The service sets the exchange's receiver, or answers at once; the response may come at
    /// any later time. Called on the exchange's event loop, which must not be blocked.
    func begin(_ exchange: HTTPExchange)
}

/// Hears what comes after a request's head. Called on the connection's event loop.
public protocol HTTPExchangeReceiver: AnyObject {
    func exchange(_ exchange: HTTPExchange, didReceiveBody part: ByteBuffer)
    /// The request is whole.
    func exchangeDidReceiveEnd(_ exchange: HTTPExchange)
    /// The connection ended before the response did. Called at most once, last.
    func exchangeDidClose(_ exchange: HTTPExchange)
    /// Whether the response is still to be written once the client has closed its side of the connection. One that may
    /// be long in coming is not: nothing tells a client that waits for it from one that is gone.
    var outlivesInput: Bool { get }
}

extension HTTPExchangeReceiver {
    public var outlivesInput: Bool { true }
}
