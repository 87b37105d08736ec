/// Looks again, during something long, at whether whoever does it still may: a token that was revoked, a user who was
/// blocked must not go on for as long as a transfer takes.
struct StandingWatch: Sendable {
    /// Between two looks.
    static let interval: Duration = .seconds(5)

    private let look: @Sendable () async throws -> Void
    private var last: ContinuousClock.Instant

    /// - Parameter look: throws when it is over.
    init(now: ContinuousClock.Instant = .now, look: @escaping @Sendable () async throws -> Void) {
        self.look = look
        last = now
    }

    /// Looks, when it is time.
    mutating func lookNowAndThen(at now: ContinuousClock.Instant = .now) async throws {
        guard now - last >= Self.interval else { return }
        last = now
        try await look()
    }

    /// Looks.
    func lookNow() async throws { try await look() }
}
