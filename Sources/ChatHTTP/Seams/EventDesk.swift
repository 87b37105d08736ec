public import ByteText
public import ChatCore
public import NIOCore

/// Does what the events of sockets do, for requests over HTTP.
public protocol EventDesk: Sendable {
    /// - Parameters:
    ///   - body: one JSON object, or nothing.
    ///   - user: whose token was shown, and holds.
    /// - Returns: the ack as JSON, and why it refuses, where it does.
    func answer(_ event: ByteString, _ body: ByteBuffer, as user: User) async -> (ack: ByteBuffer, failure: ChatError?)
}
