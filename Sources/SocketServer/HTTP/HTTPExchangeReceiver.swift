public import NIOCore

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
