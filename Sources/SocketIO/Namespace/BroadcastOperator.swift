import ByteText
import EngineIO
import JSON

/// A broadcast in the making: `io.to("room").except("other").emit("event", value)`.
public struct BroadcastOperator: Sendable {
    private enum Scope: Sendable {
        case one(Namespace)
        case children(ParentNamespace)
    }

    private let scope: Scope
    var target: BroadcastTarget
    private var ackTimeout: Duration = .seconds(10)

    init(namespace: Namespace, target: BroadcastTarget) {
        scope = .one(namespace)
        self.target = target
    }

    init(parent: ParentNamespace, target: BroadcastTarget) {
        scope = .children(parent)
        self.target = target
    }

    private var namespaces: [Namespace] {
        switch scope {
        case .one(let namespace): [namespace]
        case .children(let parent): parent.children
        }
    }

    // MARK: Whom it is for

    /// Also the sockets of this room; each socket gets a broadcast once.
    public func to(_ rooms: String...) -> BroadcastOperator { to(rooms) }

    public func to(_ rooms: [String]) -> BroadcastOperator {
        var copy = self
        copy.target.rooms += rooms.map { ByteString($0) }
        return copy
    }

    /// Not the sockets of this room (or the socket of this id).
    public func except(_ rooms: String...) -> BroadcastOperator { except(rooms) }

    public func except(_ rooms: [String]) -> BroadcastOperator {
        var copy = self
        copy.target.except += rooms.map { ByteString($0) }
        return copy
    }

    /// Not to sockets that have something unsent: for what is worthless when late.
    public var volatile: BroadcastOperator {
        var copy = self
        copy.target.volatile = true
        return copy
    }

    /// How long ``emitWithAck(_:_:)`` waits; 10 s unless said here.
    public func timeout(_ limit: Duration) -> BroadcastOperator {
        var copy = self
        copy.ackTimeout = limit
        return copy
    }

    // MARK: Sending

    /// Encodes the event once and sends it.
    ///
    /// - Throws: `EncodingError` when an argument cannot be encoded.
    public func emit(_ event: String, _ arguments: any Encodable & Sendable...) throws {
        try emit(event, arguments: arguments)
    }

    /// As ``emit(_:_:)``, with the arguments in a list.
    public func emit(_ event: String, arguments: [any Encodable & Sendable]) throws {
        let values = try EventArgument.encode(arguments)
        for namespace in namespaces { namespace.broadcast(event, values, to: target) }
    }

    /// Sends the event and waits for the answer of each client that it reached; see ``timeout(_:)``. It reaches the
    /// sockets of this process, whatever the ``Adapter``.
    ///
    /// - Returns: the answers, each with its arguments, in the order they came.
    /// - Throws: ``BroadcastAckError`` with the answers there are when not all have come in time, or some never can as
    ///   their clients have gone; `EncodingError`.
    public func emitWithAck(_ event: String, _ arguments: any Encodable & Sendable...) async throws -> [[JSONValue]] {
        try await emitWithAck(event, arguments: arguments)
    }

    /// As ``emitWithAck(_:_:)``, with the arguments in a list.
    public func emitWithAck(
        _ event: String, arguments: [any Encodable & Sendable]
    ) async throws -> [[JSONValue]] {
        let values = try EventArgument.encode(arguments)
        return try await BroadcastAcks.answers(to: event, values, target, in: namespaces, within: ackTimeout)
    }

    // MARK: What is done with the sockets

    /// The sockets as they are now: those of this process, whatever the ``Adapter``.
    public func fetchSockets() async -> [RemoteSocket] {
        var found: [RemoteSocket] = []
        for namespace in namespaces { found += await namespace.snapshot(of: target) }
        return found
    }

    /// Makes the sockets join rooms.
    public func socketsJoin(_ rooms: String...) { socketsJoin(rooms) }

    public func socketsJoin(_ rooms: [String]) {
        let names = rooms.map { ByteString($0) }
        for namespace in namespaces { namespace.distribute(.join(rooms: names, target)) }
    }

    /// Makes the sockets leave rooms.
    public func socketsLeave(_ rooms: String...) { socketsLeave(rooms) }

    public func socketsLeave(_ rooms: [String]) {
        let names = rooms.map { ByteString($0) }
        for namespace in namespaces { namespace.distribute(.leave(rooms: names, target)) }
    }

    /// Disconnects the sockets; `closingConnection`: with their transport.
    public func disconnectSockets(closingConnection: Bool = false) {
        for namespace in namespaces {
            namespace.distribute(.disconnect(target, closingConnection: closingConnection))
        }
    }
}
