import ChatCore
import ChatHTTP
import ChatSQLite
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Logging
import NIOCore

/// An admin endpoint on a store of its own, without a socket: requests go straight to the router.
struct AdminBench: Sendable {
    static let key = "the-key-of-the-tests"
    /// 2026-01-31T12:00:00.500Z.
    static let now = Timestamp(milliseconds: 1_769_860_800_500)

    let client: any TestClientProtocol
    let store: SQLiteChatStore
    let sessions: StubSessions
    let tokens: StubTokens

    static let documents = [StaticDocument(path: "/asyncapi.json", type: "application/json", text: "{}")]

    static func run(_ body: @escaping @Sendable (AdminBench) async throws -> Void) async throws {
        let directory = FileManager.default.temporaryDirectory.appendingPathComponent("parley-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: directory) }
        let store = try SQLiteChatStore(directory: directory.path)
        defer { try? store.close() }
        try store.start(sink: DeafSink())
        let (sessions, tokens) = (StubSessions(), StubTokens())
        let site = AdminSite(
            store: store, sessions: sessions, tokens: tokens, backup: StubBackup(directory: directory.path),
            documents: documents, key: key,
            program: AdminSite.Program(version: "9.9.9", startedAt: now), clock: { now },
            extraMetrics: { [Metric("parley_extra_total", .counter, "An extra.", 7)] },
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        let application = Application(router: site.router())
        try await application.test(.router) { client in
            try await body(AdminBench(client: client, store: store, sessions: sessions, tokens: tokens))
        }
    }

    /// A call as an operator makes it, with the key unless told otherwise.
    func call(
        _ method: HTTPRequest.Method, _ path: String, _ body: String? = nil, key: String? = AdminBench.key,
        type: String? = "application/json"
    ) async throws -> Answer {
        var headers: HTTPFields = [:]
        if let key { headers[.authorization] = "Bearer \(key)" }
        if body != nil, let type { headers[.contentType] = type }
        return try await client.execute(
            uri: path, method: method, headers: headers, body: body.map { ByteBuffer(string: $0) }
        ) { response in
            Answer(status: response.status.code, headers: response.headers, text: String(buffer: response.body))
        }
    }
}

/// Hears of commits and tells nobody.
private struct DeafSink: CommitSink {
    func didCommit(_ batch: CommittedBatch) {}
}
