import ChatCore
import ChatTokens
import Logging
import Synchronization
import Testing

@testable import parley

@Suite("Keys of an identity provider")
struct KeySetWatchTests {
    private static func set(_ kid: String) -> String {
        // The point of RFC 7515, appendix A.3.
        """
        {"keys":[{"kty":"EC","crv":"P-256","kid":"\(kid)","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",\
        "y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}]}
        """
    }

    /// Answers as it is told, counts how often it was asked, and lets a test hold its answers back.
    private actor Provider {
        private(set) var asked = 0
        var answer: Result<String, KeySetClient.Unserved>
        private var held: [CheckedContinuation<Void, Never>]?

        init(_ answer: String) { self.answer = .success(answer) }

        private var whenBegun: CheckedContinuation<Void, Never>?

        /// Returns when it was asked.
        func begun() async {
            if asked == 0 { await withCheckedContinuation { whenBegun = $0 } }
        }

        func serve(_ answer: Result<String, KeySetClient.Unserved>) { self.answer = answer }
        func hold() { held = [] }

        func release() {
            for waiting in held ?? [] { waiting.resume() }
            held = nil
        }

        func fetch() async throws -> String {
            asked += 1
            whenBegun?.resume()
            whenBegun = nil
            if held != nil { await withCheckedContinuation { held?.append($0) } }
            return try answer.get()
        }
    }

    private let authority: TokenAuthority
    private let provider = Provider(set("one"))
    private let watch: KeySetWatch
    private let time = Time()

    init() throws {
        let secret = try #require(SigningSecret(String(repeating: "s", count: 32)))
        authority = TokenAuthority(ring: KeyRing(current: secret), clock: { .now() })
        watch = KeySetWatch(
            authority, logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }),
            fetch: { [provider] in try await provider.fetch() },
            now: { [time] in time.now })
    }

    /// Moved by hand.
    private final class Time: Sendable {
        private let instant = Mutex(ContinuousClock.now)
        var now: ContinuousClock.Instant { instant.withLock { $0 } }
        func advance(by duration: Duration) { instant.withLock { $0 = $0.advanced(by: duration) } }
    }

    private func ask() async {
        await withCheckedContinuation { continuation in watch.fetchForUnknownKey { continuation.resume() } }
    }

    @Test("For a key that is not known they are fetched at once, and then for a minute not again")
    func unknownKeys() async {
        #expect(await watch.refresh())
        await ask()
        #expect(await provider.asked == 2)
        for _ in 0..<5 { await ask() }
        time.advance(by: .seconds(59))
        await ask()
        #expect(await provider.asked == 2)
        time.advance(by: .seconds(1))
        await ask()
        #expect(await provider.asked == 3)
    }

    @Test("While the address does not answer, or with something else, the last keys hold")
    func outage() async throws {
        func isKnown() -> Bool { authority.outsideKeyCount == 1 }
        #expect(!isKnown())
        #expect(await watch.refresh() && isKnown())
        for answer in ["", "<html>", #"{"keys":[]}"#] {
            await provider.serve(.success(answer))
            #expect(await watch.refresh() == false && isKnown())
        }
        await provider.serve(.failure(KeySetClient.Unserved(description: "the answer is 503")))
        #expect(await watch.refresh() == false && isKnown())
        await provider.serve(.success(Self.set("two")))
        #expect(await watch.refresh() && isKnown())
    }

    @Test("Who asks while a fetch is under way waits for that one")
    func together() async {
        await provider.hold()
        let watch = watch
        async let first = watch.refresh()
        async let second = watch.refresh()
        await provider.begun()
        await provider.release()
        #expect(await [first, second] == [true, true])
        #expect(await provider.asked == 1)
    }

    @Test("A fetch that is not answered is given up with whoever waits for it", .timeLimit(.minutes(5)))
    func givenUp() async throws {
        let secret = try #require(SigningSecret(String(repeating: "s", count: 32)))
        let watch = KeySetWatch(
            TokenAuthority(ring: KeyRing(current: secret), clock: { .now() }),
            logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }),
            fetch: {
                try await Task.sleep(for: .seconds(3600))
                return ""
            })
        let waiting = Task { await watch.refresh() }
        waiting.cancel()
        #expect(await waiting.value == false)
    }
}
