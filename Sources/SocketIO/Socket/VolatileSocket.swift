import EngineIO

/// Sends to a socket what is worthless when late: see ``Socket/volatile``.
public struct VolatileSocket: Sendable {
    let socket: Socket

    /// Sends an event, unless something is unsent: the client does not keep up, or has no request waiting.
    ///
    /// - Throws: `EncodingError` when an argument cannot be encoded.
    public func emit(_ event: String, _ arguments: any Encodable & Sendable...) throws {
        try emit(event, arguments: arguments)
    }

    /// As ``emit(_:_:)``, with the arguments in a list.
    public func emit(_ event: String, arguments: [any Encodable & Sendable]) throws {
        let frames = socket.namespace.encoder.event(event, try EventArgument.encode(arguments))
        let socket = socket
        socket.onLoop {
            guard !socket.hasUnsentBytes else { return }
            socket.write(frames)
            socket.flush()
        }
    }
}
