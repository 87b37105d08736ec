public import NIOCore

/// Hears what comes after a request's head. Called on the connection's event loop.
public protocol HTTPExchangeReceiver: AnyObject {
    func exchange(_ exchange: HTTPExchange, didReceiveBody part: ByteBuffer)
    /// The request is whole.
    func exchangeDidReceiveEnd(_ exchange: HTTPExchange)
    /// The connection ended before the response did. Called at most once, last.
    func exchangeDidClose(_ exchange: HTTPExchange)
}
