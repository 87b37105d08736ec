import ByteText
import Synchronization

/// What an application keeps for one socket, by name: middleware puts it there (``ConnectRequest/data``), handlers find
/// it (``Socket/data``). May be used from any thread; each access stands by itself.
///
///     io.use { request in request.data["user"] = try await users.find(request.auth["token"]) }
///     io.onConnection { socket in
///         let user: User? = socket.data["user"]
///     }
public final class SocketData: Sendable {
    private let values = Mutex<[ByteString: any Sendable]>([:])

    public init() {}

    /// The value of that name; `nil` where there is none, or one of another type.
    public subscript<Value: Sendable>(_ name: ByteString) -> Value? {
        get { values.withLock { $0[name] } as? Value }
        set { values.withLock { $0[name] = newValue.map { $0 as any Sendable } } }
    }

    public var isEmpty: Bool { values.withLock { $0.isEmpty } }

    /// Changes a value in one step: what one thread does to it another does not lose.
    public func update<Value: Sendable, Result>(
        _ name: ByteString, default value: Value, _ change: (inout Value) throws -> Result
    ) rethrows -> Result {
        try values.withLock { values in
            var current = values[name] as? Value ?? value
            defer { values[name] = current }
            return try change(&current)
        }
    }
}
