import JSON

/// Why an event of a client was not handled: what ``Socket/onError(_:)`` and ``Namespace/onError(_:)`` hear.
///
/// Where nobody listens for errors the client is not left waiting: an event that wants an answer gets
/// `{"error":{"message":…}}` with ``message``.
public struct EventError: Error, Sendable {
    public enum Cause: Sendable {
        /// An argument is missing or of another type than the handler takes; counted from 0. The error is a
        /// `DecodingError`.
        case argument(Int, any Error)
        /// The arguments are more than the socket takes, and were not made.
        case flaw(EventFlaw)
        /// Middleware (``Socket/use(_:)``) kept it from the handlers.
        case middleware(any Error)
        /// The handler threw.
        case handler(any Error)
    }

    public let event: Socket.Event
    public let cause: Cause

    /// A sentence that a client may see. What a handler threw is nobody's business, unless it is a ``ConnectError``.
    public var message: String {
        switch cause {
        case .argument(let index, _): "Argument \(index + 1) is missing, or not what this event takes."
        case .flaw(let flaw): flaw.explanation
        case .middleware(let error), .handler(let error): (error as? ConnectError)?.message ?? "Internal error"
        }
    }

    /// What goes with the message: ``ConnectError/data``.
    public var data: JSONValue? {
        switch cause {
        case .argument, .flaw: nil
        case .middleware(let error), .handler(let error): (error as? ConnectError)?.data
        }
    }

    /// Answers the event with the error, if it wants an answer.
    func answer() {
        var error = JSONObject(["message": .string(message)])
        if let data { error["data"] = data }
        event.ack?.send([.object(JSONObject(["error": .object(error)]))])
    }
}
