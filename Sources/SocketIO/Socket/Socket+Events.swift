import ByteText
import JSON
import NIOCore

/// Handlers by event name, for servers that are written with closures.
extension Socket {
    /// An event as it came, with its answer.
    public struct Event: Sendable {
        public let name: ByteString
        public let arguments: [JSONValue]
        /// `nil` when the client wants no answer.
        public let ack: Ack?
    }

    /// Calls `handler` for every event of that name; an earlier handler of the name is replaced.
    public func on(_ event: String, _ handler: @escaping @Sendable (Event) -> Void) {
        onLoop { self.closures?.handlers[ByteString(event)] = handler }
    }

    /// Calls `handler` with the first argument, decoded. An event whose argument does not decode goes to `onInvalid`,
    /// if there is one, and is dropped otherwise.
    public func on<Value: Decodable & Sendable>(
        _ event: String, as type: Value.Type = Value.self, onInvalid: (@Sendable (Event) -> Void)? = nil,
        _ handler: @escaping @Sendable (Value, Ack?) -> Void
    ) {
        on(event) { received in
            // Whoever wants to know why asks for the values as they came.
            guard let first = received.arguments.first, let value = try? EventArgument.decode(first, as: type) else {
                onInvalid?(received)
                return
            }
            handler(value, received.ack)
        }
    }

    /// Calls `handler` for every event that no other handler is for.
    public func onAny(_ handler: @escaping @Sendable (Event) -> Void) {
        onLoop { self.closures?.anyHandler = handler }
    }

    /// Calls `handler` once, when the socket has left.
    public func onDisconnect(_ handler: @escaping @Sendable (DisconnectReason) -> Void) {
        onLoop {
            if let closures = self.closures { closures.disconnectHandlers.append(handler) }
        }
    }

    private var closures: ClosureHandler? { handler as? ClosureHandler }
}

/// Answers an event, once: further answers are ignored, as the client would.
public struct Ack: Sendable {
    let socket: Socket
    let id: Int

    /// - Throws: `EncodingError` when an argument cannot be encoded.
    public func callAsFunction(_ arguments: any Encodable & Sendable...) throws {
        socket.acknowledge(id, with: try arguments.map { try EventArgument.encode($0) })
    }

    /// Answers with raw values.
    public func send(_ arguments: [JSONValue]) { socket.acknowledge(id, with: arguments) }
}

/// The handler of sockets that are used through closures.
final class ClosureHandler: SocketHandler {
    var handlers: [ByteString: @Sendable (Socket.Event) -> Void] = [:]
    var anyHandler: (@Sendable (Socket.Event) -> Void)?
    var disconnectHandlers: [@Sendable (DisconnectReason) -> Void] = []

    func socketDidConnect(_ socket: Socket) {
        for handler in socket.namespace.connectionHandlers { handler(socket) }
    }

    func socket(_ socket: Socket, didReceive event: ByteString, arguments: [JSONValue], ackID: Int?) {
        guard let handler = handlers[event] ?? anyHandler else { return }
        handler(Socket.Event(name: event, arguments: arguments, ack: ackID.map { Ack(socket: socket, id: $0) }))
    }

    func socket(_ socket: Socket, didDisconnect reason: DisconnectReason) {
        for handler in disconnectHandlers { handler(reason) }
        handlers = [:]
        anyHandler = nil
        disconnectHandlers = []
    }
}

@available(*, unavailable)
extension ClosureHandler: Sendable {}
