import ChatCore
import ChatSQLite
import ChatTokens
import Foundation
import Testing

@testable import parley

@Suite("Signing keys over restarts and rotations")
struct KeyKeeperTests {
    private struct DeafSink: CommitSink {
        func didCommit(_ batch: CommittedBatch) {}
    }

    /// One run of an appliance, as far as its keys go.
    private static func run(
        in directory: String, configured: KeyRing? = nil,
        _ body: (KeyKeeper, SigningKeys) async throws -> Void
    ) async throws {
        let store = try SQLiteChatStore(directory: directory)
        defer { try? store.close() }
        let keys = try await SigningKeys(of: store, configured: configured)
        try store.start(sink: DeafSink())
        try await keys.keep(in: store)
        let authority = TokenAuthority(ring: keys.ring, clock: { .now() })
        try await body(
            KeyKeeper(authority: authority, store: store, ring: keys.ring, isConfigured: configured != nil), keys)
    }

    private static func token(_ keeper: KeyKeeper) -> String {
        let now = Timestamp.now()
        let record = TokenRecord(
            id: TokenID("t"), userID: UserID("u"), label: nil, createdAt: now,
            expiresAt: now.advanced(by: .seconds(600)), revokedAt: nil)
        return keeper.sign(record, username: "alice")
    }

    private static func withDirectory(_ body: (String) async throws -> Void) async throws {
        let directory = FileManager.default.temporaryDirectory.appendingPathComponent("parley-\(UUID().uuidString)")
            .path
        defer { try? FileManager.default.removeItem(atPath: directory) }
        try await body(directory)
    }

    @Test("A token and the recovery secret hold over a restart")
    func restart() async throws {
        try await Self.withDirectory { directory in
            var token = ""
            var recovery: SigningSecret?
            try await Self.run(in: directory) { keeper, keys in
                token = Self.token(keeper)
                recovery = keys.recovery
            }
            try await Self.run(in: directory) { keeper, keys in
                let verified = try keeper.authority.verify(token)
                #expect(verified.userID == UserID("u"))
                #expect(keys.recovery == recovery)
            }
        }
    }

    @Test("After a rotation old tokens hold, after one with revocation they do not, also over a restart")
    func rotation() async throws {
        try await Self.withDirectory { directory in
            var token = ""
            try await Self.run(in: directory) { keeper, _ in
                token = Self.token(keeper)
                try await keeper.rotate(revoke: false)
                #expect(Self.token(keeper) != token)
            }
            try await Self.run(in: directory) { keeper, _ in
                let verified = try keeper.authority.verify(token)
                #expect(verified.userID == UserID("u"))
                try await keeper.rotate(revoke: true)
            }
            try await Self.run(in: directory) { keeper, _ in
                #expect(throws: TokenError.self) { try keeper.authority.verify(token) }
            }
        }
    }

    @Test("A key of the configuration is not rotated here")
    func configured() async throws {
        try await Self.withDirectory { directory in
            let secret = try #require(SigningSecret(String(repeating: "s", count: 32)))
            try await Self.run(in: directory, configured: KeyRing(current: secret)) { keeper, _ in
                let error = await #expect(throws: ChatError.self) { try await keeper.rotate(revoke: false) }
                #expect(error?.code == .conflict)
            }
        }
    }

    @Test("Secrets of the configuration are exchanged: a new one signs, those that are left hold")
    func exchanged() async throws {
        try await Self.withDirectory { directory in
            let secrets = try ["a", "b"].map { try #require(SigningSecret(String(repeating: $0, count: 32))) }
            try await Self.run(in: directory, configured: KeyRing(current: secrets[0])) { keeper, _ in
                let old = Self.token(keeper)
                await keeper.use(KeyRing(current: secrets[1], previous: [secrets[0]]))
                let new = Self.token(keeper)
                let users = try [old, new].map { try keeper.authority.verify($0).userID }
                #expect(users == [UserID("u"), UserID("u")])
                await keeper.use(KeyRing(current: secrets[1]))
                #expect(throws: TokenError.self) { try keeper.authority.verify(old) }
                let user = try keeper.authority.verify(new).userID
                #expect(user == UserID("u"))
            }
        }
    }
}
