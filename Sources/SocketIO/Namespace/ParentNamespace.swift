import ByteText
import JSON
import Synchronization

/// Namespaces that are made when a client asks for them (Socket.IO, "Dynamic namespaces"): those whose name matches a
/// pattern, or that a predicate allows. Made by ``SocketIOServer/of(matching:)`` and ``SocketIOServer/of(where:)``.
///
/// Its middleware and handlers are those of each of them, and what it emits goes to the sockets of all. One that has no
/// client any more is forgotten, unless the application has asked for it by name.
public final class ParentNamespace: Sendable {
    /// The server keeps them, and each of them this.
    private struct Child {
        weak var namespace: Namespace?
    }

    private let setup = Mutex(NamespaceListeners())
    private let members = Mutex<[ByteString: Child]>([:])
    private let predicate: @Sendable (_ name: ByteString, _ auth: JSONValue?) -> Bool

    init(where predicate: @escaping @Sendable (_ name: ByteString, _ auth: JSONValue?) -> Bool) {
        self.predicate = predicate
    }

    /// The namespaces that there are, in no order.
    public var children: [Namespace] { members.withLock { $0.values.compactMap(\.namespace) } }

    /// ``Namespace/use(_:)`` of each.
    public func use(_ middleware: @escaping Namespace.Middleware) {
        setup.withLock { $0.middleware.append(middleware) }
    }

    /// ``Namespace/onConnection(_:)`` of each.
    public func onConnection(_ body: @escaping @Sendable (Socket) throws -> Void) {
        setup.withLock { $0.onConnection.append(body) }
    }

    /// ``Namespace/onError(_:)`` of each.
    public func onError(_ body: @escaping @Sendable (Socket, any Error) -> Void) {
        setup.withLock { $0.onError.append(body) }
    }

    /// To the sockets of these rooms, in every namespace.
    public func to(_ rooms: String...) -> BroadcastOperator { to(rooms) }

    public func to(_ rooms: [String]) -> BroadcastOperator {
        BroadcastOperator(parent: self, target: BroadcastTarget(rooms: rooms))
    }

    public func except(_ rooms: String...) -> BroadcastOperator { except(rooms) }

    public func except(_ rooms: [String]) -> BroadcastOperator {
        BroadcastOperator(parent: self, target: BroadcastTarget(except: rooms))
    }

    public var volatile: BroadcastOperator {
        BroadcastOperator(parent: self, target: BroadcastTarget(volatile: true))
    }

    /// To the sockets of all its namespaces.
    ///
    /// - Throws: `EncodingError` when an argument cannot be encoded.
    public func emit(_ event: String, _ arguments: any Encodable & Sendable...) throws {
        try emit(event, arguments: arguments)
    }

    /// As ``emit(_:_:)``, with the arguments in a list.
    public func emit(_ event: String, arguments: [any Encodable & Sendable]) throws {
        try BroadcastOperator(parent: self, target: BroadcastTarget()).emit(event, arguments: arguments)
    }

    var listeners: NamespaceListeners { setup.withLock { $0 } }

    /// - Parameter auth: `nil` when it is not a client that asks.
    func allows(_ name: ByteString, auth: JSONValue?) -> Bool { predicate(name, auth) }

    func add(_ child: Namespace) { members.withLock { $0[child.key] = Child(namespace: child) } }
    func remove(_ child: Namespace) { members.withLock { $0[child.key] = nil } }
}
