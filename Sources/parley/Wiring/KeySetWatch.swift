import ChatTokens
import Logging
import ServiceLifecycle

/// Keeps the public keys that `--jwt-jwks-url` serves: fetched at the start, every ten minutes, and besides when a
/// token names a key that is not known, for that at most once a minute. While the address does not answer, or answers
/// with what is no set of keys, the last ones hold.
actor KeySetWatch: OutsideKeySource, Service {
    /// Between two regular fetches; after one that failed; and, at least, between two for unknown keys.
    static let (regular, afterFailure, forUnknownKeys): (Duration, Duration, Duration) = (
        .seconds(600), .seconds(60), .seconds(60)
    )

    private let authority: TokenAuthority
    private let fetch: @Sendable () async throws -> String
    private let close: @Sendable () async throws -> Void
    private let now: @Sendable () -> ContinuousClock.Instant
    private let logger: Logger

    /// The fetch under way: whoever wants the keys meanwhile waits for it.
    private var flight: Task<Bool, Never>?
    /// When keys were last fetched for a token that named an unknown one.
    private var askedAt: ContinuousClock.Instant?
    /// What was served last, and how the last fetch ended: only what is new is said.
    private var served: String?
    private var trouble: String?

    init(
        _ authority: TokenAuthority, logger: Logger, fetch: @escaping @Sendable () async throws -> String,
        close: @escaping @Sendable () async throws -> Void = {},
        now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }
    ) {
        self.authority = authority
        self.logger = logger
        self.fetch = fetch
        self.close = close
        self.now = now
    }

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                let isFetched = await self.refresh()
                // A cancelled wait ends the loop.
                try? await Task.sleep(for: isFetched ? Self.regular : Self.afterFailure)
            }
        }
        try await close()
    }

    nonisolated func fetchForUnknownKey(_ done: @escaping @Sendable () -> Void) {
        Task {
            await refreshForUnknownKey()
            done()
        }
    }

    private func refreshForUnknownKey() async {
        if flight == nil {
            if let askedAt, now() < askedAt.advanced(by: Self.forUnknownKeys) { return }
            askedAt = now()
        }
        _ = await refresh()
    }

    /// Fetches the keys, or waits for the fetch under way.
    ///
    /// - Returns: whether they came.
    @discardableResult
    func refresh() async -> Bool {
        if let flight { return await flight.value }
        let task = Task { await self.fetchOnce() }
        flight = task
        return await task.value
    }

    private func fetchOnce() async -> Bool {
        defer { flight = nil }
        do {
            let text = try await fetch()
            if served.map({ $0.utf8.elementsEqual(text.utf8) }) != true {
                let keys = try await OutsideKeys(served: text)
                authority.install(fetched: keys)
                served = text
                logger.notice("keys of the identity provider fetched", metadata: ["parley.keys": "\(keys.count)"])
            } else if trouble != nil {
                logger.notice("the identity provider serves its keys again")
            }
            trouble = nil
            return true
        } catch {
            let why = ErrorText.clause(error)
            if trouble?.utf8.elementsEqual(why.utf8) != true {
                logger.warning(
                    "keys of the identity provider not fetched, the last ones hold",
                    metadata: ["parley.error": "\(why)", "parley.keys": "\(served == nil ? "none" : "held")"])
            }
            trouble = why
            return false
        }
    }
}
