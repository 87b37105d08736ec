import ByteText
import NIOCore
import Synchronization

/// Names a handler, for ``Socket/off(_:)``.
public struct ListenerID: Sendable, Hashable {
    private static let last = Atomic<UInt64>(0)

    private let number: UInt64

    init() { number = Self.last.wrappingAdd(1, ordering: .relaxed).newValue }
}

/// The closures of one socket: what `on`, `use` and their like were given. Made with the first of them; bound to the
/// socket's loop. An event passes the middleware in order and goes to all listeners of its name; without any, to those
/// of every name.
final class SocketListeners {
    /// What is done with an event; `later` in a task on the socket's loop.
    enum Body: Sendable {
        case now(@Sendable (Socket.Event) throws -> Void)
        case later(@Sendable (Socket.Event) async throws -> Void)
    }

    private struct Listener {
        let id: ListenerID
        /// `nil`: of all that no other is for.
        let event: ByteString?
        let isOnce: Bool
        let body: Body
    }

    /// About what a task takes up besides its event.
    private static let taskSize = 1 << 10

    /// In the order added. A chat has a dozen: a scan beats a hash.
    private var listeners: [Listener] = []
    private var middleware: [Body] = []
    private var errorHandlers: [@Sendable (EventError) -> Void] = []
    private var disconnectHandlers: [@Sendable (DisconnectReason) throws -> Void] = []

    func add(_ id: ListenerID, _ event: ByteString?, isOnce: Bool, _ body: Body) {
        listeners.append(Listener(id: id, event: event, isOnce: isOnce, body: body))
    }

    func remove(_ id: ListenerID) { listeners.removeAll { $0.id == id } }
    func removeAll(of event: ByteString?) { listeners.removeAll { $0.event == event } }
    func add(middleware body: Body) { middleware.append(body) }
    func add(errorHandler: @escaping @Sendable (EventError) -> Void) { errorHandlers.append(errorHandler) }

    func add(disconnectHandler: @escaping @Sendable (DisconnectReason) throws -> Void) {
        disconnectHandlers.append(disconnectHandler)
    }

    // MARK: Events

    /// - Parameter flaw: why its arguments were not made.
    func receive(_ event: Socket.Event, flaw: EventFlaw?, of socket: Socket) {
        if let flaw {
            let isListenedTo = listeners.contains { $0.event == nil || $0.event == event.name }
            if !isListenedTo, socket.handler != nil { return socket.handle(event, flaw: flaw) }
            return fail(EventError(event: event, cause: .flaw(flaw)), of: socket)
        }
        pass(event, from: 0, of: socket)
    }

    /// Asks the middleware from that place on, then the listeners.
    private func pass(_ event: Socket.Event, from first: Int, of socket: Socket) {
        for index in first..<max(first, middleware.count) {
            switch middleware[index] {
            case .now(let ask):
                do {
                    try ask(event)
                } catch {
                    return fail(EventError(event: event, cause: .middleware(error)), of: socket)
                }
                guard socket.isConnected else { return }
            case .later(let ask):
                return start(event, of: socket, ask) { listeners, error in
                    if let error {
                        listeners.fail(EventError(event: event, cause: .middleware(error)), of: socket)
                    } else {
                        listeners.pass(event, from: index + 1, of: socket)
                    }
                }
            }
        }
        deliver(event, to: socket)
    }

    private func deliver(_ event: Socket.Event, to socket: Socket) {
        var chosen = listeners.filter { $0.event == event.name }
        if chosen.isEmpty {
            if socket.handler != nil { return socket.handle(event, flaw: nil) }
            chosen = listeners.filter { $0.event == nil }
        }
        for listener in chosen {
            // One that an earlier one took away is not called any more.
            guard socket.isConnected, listeners.contains(where: { $0.id == listener.id }) else { continue }
            if listener.isOnce { remove(listener.id) }
            switch listener.body {
            case .now(let handle):
                do {
                    try handle(event)
                } catch {
                    fail(Self.error(error, of: event), of: socket)
                }
            case .later(let handle):
                start(event, of: socket, handle) { listeners, error in
                    if let error { listeners.fail(Self.error(error, of: event), of: socket) }
                }
            }
        }
    }

    /// What a typed handler could not decode it says itself.
    private static func error(_ error: any Error, of event: Socket.Event) -> EventError {
        error as? EventError ?? EventError(event: event, cause: .handler(error))
    }

    /// Runs a task for an event, whose bytes count in the client's account meanwhile; `end` hears how it ended, on the
    /// loop, if the socket is still there.
    private func start(
        _ event: Socket.Event, of socket: Socket, _ body: @escaping @Sendable (Socket.Event) async throws -> Void,
        end: @escaping @Sendable (SocketListeners, (any Error)?) -> Void
    ) {
        final class Running {
            var lease: AccountedLease?
            init(_ lease: AccountedLease) { self.lease = lease }
        }
        let running = Running(AccountedLease(socket.eventSize + Self.taskSize, socket.account))
        let bound = NIOLoopBound((running, self), eventLoop: socket.eventLoop)
        let eventLoop = socket.eventLoop
        let finish: @Sendable ((any Error)?) -> Void = { error in
            eventLoop.execute {
                bound.value.0.lease = nil
                if socket.isConnected { end(bound.value.1, error) }
            }
        }
        Task(executorPreference: socket.taskExecutor) {
            do {
                try await body(event)
                finish(nil)
            } catch {
                finish(error)
            }
        }
    }

    private func fail(_ error: EventError, of socket: Socket) {
        let handlers = errorHandlers
        for handle in handlers { handle(error) }
        let isHeard = socket.namespace.report(error, of: socket) || !handlers.isEmpty
        if !isHeard { error.answer() }
    }

    // MARK: End

    func disconnected(_ reason: DisconnectReason, of socket: Socket) {
        let handlers = disconnectHandlers
        // Closures hold the socket they were made for.
        listeners = []
        middleware = []
        errorHandlers = []
        disconnectHandlers = []
        for handle in handlers {
            do { try handle(reason) } catch { _ = socket.namespace.report(error, of: socket) }
        }
    }
}

@available(*, unavailable)
extension SocketListeners: Sendable {}
