import ByteText

/// Handlers that get their arguments decoded, one to four of them, and the answer. What is missing is decoded as
/// `null`; what comes beyond is left out. An event whose arguments do not decode goes to `onInvalid`, if there is one,
/// or else to ``Socket/onError(_:)``.
extension Socket {
    /// Calls `handler` for every event of that name with the first argument, decoded.
    @discardableResult
    public func on<A: Decodable & Sendable>(
        _ event: String, as type: A.Type = A.self, onInvalid: (@Sendable (Event) -> Void)? = nil,
        _ handler: @escaping @Sendable (A, Ack?) throws -> Void
    ) -> ListenerID {
        listen(event, .now { event in
            guard let a = try event.decoded({ try event.argument(0, as: A.self) }, onInvalid) else { return }
            try handler(a, event.ack)
        })
    }

    @discardableResult
    public func on<A: Decodable & Sendable>(
        _ event: String, as type: A.Type = A.self, onInvalid: (@Sendable (Event) -> Void)? = nil,
        _ handler: @escaping @Sendable (A, Ack?) async throws -> Void
    ) -> ListenerID {
        listen(event, .later { event in
            guard let a = try event.decoded({ try event.argument(0, as: A.self) }, onInvalid) else { return }
            try await handler(a, event.ack)
        })
    }

    @discardableResult
    public func on<A: Decodable & Sendable, B: Decodable & Sendable>(
        _ event: String, onInvalid: (@Sendable (Event) -> Void)? = nil,
        _ handler: @escaping @Sendable (A, B, Ack?) throws -> Void
    ) -> ListenerID {
        listen(event, .now { event in
            guard let (a, b) = try event.decoded(
                { try (event.argument(0, as: A.self), event.argument(1, as: B.self)) }, onInvalid)
            else { return }
            try handler(a, b, event.ack)
        })
    }

    @discardableResult
    public func on<A: Decodable & Sendable, B: Decodable & Sendable>(
        _ event: String, onInvalid: (@Sendable (Event) -> Void)? = nil,
        _ handler: @escaping @Sendable (A, B, Ack?) async throws -> Void
    ) -> ListenerID {
        listen(event, .later { event in
            guard let (a, b) = try event.decoded(
                { try (event.argument(0, as: A.self), event.argument(1, as: B.self)) }, onInvalid)
            else { return }
            try await handler(a, b, event.ack)
        })
    }

    @discardableResult
    public func on<A: Decodable & Sendable, B: Decodable & Sendable, C: Decodable & Sendable>(
        _ event: String, onInvalid: (@Sendable (Event) -> Void)? = nil,
        _ handler: @escaping @Sendable (A, B, C, Ack?) throws -> Void
    ) -> ListenerID {
        listen(event, .now { event in
            guard let (a, b, c) = try event.decoded(
                {
                    try (
                        event.argument(0, as: A.self), event.argument(1, as: B.self),
                        event.argument(2, as: C.self)
                    )
                }, onInvalid)
            else { return }
            try handler(a, b, c, event.ack)
        })
    }

    @discardableResult
    public func on<A: Decodable & Sendable, B: Decodable & Sendable, C: Decodable & Sendable>(
        _ event: String, onInvalid: (@Sendable (Event) -> Void)? = nil,
        _ handler: @escaping @Sendable (A, B, C, Ack?) async throws -> Void
    ) -> ListenerID {
        listen(event, .later { event in
            guard let (a, b, c) = try event.decoded(
                {
                    try (
                        event.argument(0, as: A.self), event.argument(1, as: B.self),
                        event.argument(2, as: C.self)
                    )
                }, onInvalid)
            else { return }
            try await handler(a, b, c, event.ack)
        })
    }

    @discardableResult
    public func on<A: Decodable & Sendable, B: Decodable & Sendable, C: Decodable & Sendable, D: Decodable & Sendable>(
        _ event: String, onInvalid: (@Sendable (Event) -> Void)? = nil,
        _ handler: @escaping @Sendable (A, B, C, D, Ack?) throws -> Void
    ) -> ListenerID {
        listen(event, .now { event in
            guard let (a, b, c, d) = try event.decoded(
                {
                    try (
                        event.argument(0, as: A.self), event.argument(1, as: B.self),
                        event.argument(2, as: C.self), event.argument(3, as: D.self)
                    )
                }, onInvalid)
            else { return }
            try handler(a, b, c, d, event.ack)
        })
    }

    @discardableResult
    public func on<A: Decodable & Sendable, B: Decodable & Sendable, C: Decodable & Sendable, D: Decodable & Sendable>(
        _ event: String, onInvalid: (@Sendable (Event) -> Void)? = nil,
        _ handler: @escaping @Sendable (A, B, C, D, Ack?) async throws -> Void
    ) -> ListenerID {
        listen(event, .later { event in
            guard let (a, b, c, d) = try event.decoded(
                {
                    try (
                        event.argument(0, as: A.self), event.argument(1, as: B.self),
                        event.argument(2, as: C.self), event.argument(3, as: D.self)
                    )
                }, onInvalid)
            else { return }
            try await handler(a, b, c, d, event.ack)
        })
    }
}

extension Socket.Event {
    /// - Returns: `nil` when `onInvalid` has it.
    fileprivate func decoded<Values>(
        _ decode: () throws -> Values, _ onInvalid: (@Sendable (Socket.Event) -> Void)?
    ) throws -> Values? {
        do {
            return try decode()
        } catch {
            guard let onInvalid else { throw error }
            onInvalid(self)
            return nil
        }
    }
}
