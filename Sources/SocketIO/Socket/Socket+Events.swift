import ByteText
import JSON
import NIOCore
import Synchronization

/// Handlers by event name, for servers that are written with closures. They are called on the socket's loop; those that
/// are `async` run there too, one beside the other, and begin in the order their events came. What they throw goes to
/// ``onError(_:)``. All of them go with the socket.
extension Socket {
    /// An event as it came, with its answer.
    public struct Event: Sendable {
        public let name: ByteString
        public let arguments: [JSONValue]
        /// `nil` when the client wants no answer.
        public let ack: Ack?

        /// An argument, decoded; counted from 0. Where there is none, `null` is decoded.
        ///
        /// - Throws: ``EventError`` when it is not of that type.
        public func argument<Value: Decodable>(_ index: Int, as type: Value.Type = Value.self) throws -> Value {
            let value = arguments.indices.contains(index) ? arguments[index] : .null
            do {
                return try EventArgument.decode(value, as: type)
            } catch {
                throw EventError(event: self, cause: .argument(index, error))
            }
        }
    }

    /// Calls `handler` for every event of that name, after the handlers that the name has already.
    @discardableResult
    public func on(_ event: String, _ handler: @escaping @Sendable (Event) throws -> Void) -> ListenerID {
        listen(event, .now(handler))
    }

    @discardableResult
    public func on(_ event: String, _ handler: @escaping @Sendable (Event) async throws -> Void) -> ListenerID {
        listen(event, .later(handler))
    }

    /// Calls `handler` for the next event of that name.
    @discardableResult
    public func once(_ event: String, _ handler: @escaping @Sendable (Event) throws -> Void) -> ListenerID {
        listen(event, isOnce: true, .now(handler))
    }

    @discardableResult
    public func once(_ event: String, _ handler: @escaping @Sendable (Event) async throws -> Void) -> ListenerID {
        listen(event, isOnce: true, .later(handler))
    }

    /// Calls `handler` for every event that no other handler is for.
    @discardableResult
    public func onAny(_ handler: @escaping @Sendable (Event) throws -> Void) -> ListenerID {
        listen(nil, .now(handler))
    }

    @discardableResult
    public func onAny(_ handler: @escaping @Sendable (Event) async throws -> Void) -> ListenerID {
        listen(nil, .later(handler))
    }

    /// Takes one handler away.
    public func off(_ listener: ListenerID) { onLoop { self.listeners?.remove(listener) } }

    /// Takes all handlers of a name away.
    public func off(_ event: String) { onLoop { self.listeners?.removeAll(of: ByteString(event)) } }

    /// Takes those of ``onAny(_:)`` away.
    public func offAny() { onLoop { self.listeners?.removeAll(of: nil) } }

    /// Adds middleware: asked in order for every event before its handlers are called; whoever throws keeps it from
    /// them, and the error goes to ``onError(_:)``. A ``ConnectError`` says what the client may see.
    public func use(_ middleware: @escaping @Sendable (Event) throws -> Void) {
        withListeners { $0.add(middleware: .now(middleware)) }
    }

    /// As the other; events that come while it waits may overtake.
    public func use(_ middleware: @escaping @Sendable (Event) async throws -> Void) {
        withListeners { $0.add(middleware: .later(middleware)) }
    }

    /// Calls `handler` for every event that was not handled, or not to its end; it answers, if it likes. See
    /// ``Namespace/onError(_:)`` for one that hears of all sockets.
    public func onError(_ handler: @escaping @Sendable (EventError) -> Void) {
        withListeners { $0.add(errorHandler: handler) }
    }

    /// Calls `handler` once, when the socket has left.
    public func onDisconnect(_ handler: @escaping @Sendable (DisconnectReason) throws -> Void) {
        withListeners { $0.add(disconnectHandler: handler) }
    }

    func listen(_ event: String?, isOnce: Bool = false, _ body: SocketListeners.Body) -> ListenerID {
        let id = ListenerID()
        let event = event.map { ByteString($0) }
        withListeners { $0.add(id, event, isOnce: isOnce, body) }
        return id
    }

    private func withListeners(_ change: @escaping @Sendable (SocketListeners) -> Void) {
        onLoop {
            // A socket that has left hears nothing more, and what a closure holds would never go.
            guard self.isConnected else { return }
            let listeners = self.listeners ?? SocketListeners()
            self.listeners = listeners
            change(listeners)
        }
    }
}

/// Answers an event, once: further answers are ignored.
public struct Ack: Sendable {
    private final class State: Sendable {
        let isAnswered = Atomic(false)
    }

    let socket: Socket
    let id: Int
    private let state = State()

    init(socket: Socket, id: Int) {
        self.socket = socket
        self.id = id
    }

    /// - Throws: `EncodingError` when an argument cannot be encoded.
    public func callAsFunction(_ arguments: any Encodable & Sendable...) throws {
        send(try EventArgument.encode(arguments))
    }

    /// Answers with raw values.
    public func send(_ arguments: [JSONValue]) {
        guard !state.isAnswered.exchange(true, ordering: .relaxed) else { return }
        socket.acknowledge(id, with: arguments)
    }
}
