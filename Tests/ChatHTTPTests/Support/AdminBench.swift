import ChatCore
import ChatSQLite
import Foundation
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import Synchronization

@testable import ChatHTTP

/// An admin endpoint on a store of its own, without a socket: requests go straight to the desk.
struct AdminBench: Sendable {
    static let key = "the-key-of-the-tests"
    /// 2026-01-31T12:00:00.500Z.
    static let now = Timestamp(milliseconds: 1_769_860_800_500)

    let site: AdminSite
    let desk: AdminDesk
    let log: LogCollector
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
        let log = LogCollector()
        let site = AdminSite(
            store: store, sessions: sessions, tokens: tokens, backup: StubBackup(directory: directory.path),
            documents: documents, key: key, hosts: ["Parley.example.org"],
            program: AdminSite.Program(version: "9.9.9", startedAt: now), clock: { now },
            extraMetrics: { [Metric("parley_extra_total", .counter, "An extra.", 7)] },
            logger: log.logger)
        try await body(
            AdminBench(site: site, desk: site.desk, log: log, store: store, sessions: sessions, tokens: tokens))
    }

    private static let addresses = Mutex(0)

    /// An address that has shown no wrong key yet.
    static func newAddress() -> String {
        let number = addresses.withLock { number in
            number += 1
            return number
        }
        return "10.\(number >> 16 & 255).\(number >> 8 & 255).\(number & 255)"
    }

    /// A call as an operator makes it, with the key unless told otherwise.
    func call(
        _ method: HTTPRequest.Method, _ path: String, _ body: String? = nil, key: String? = AdminBench.key,
        type: String? = "application/json", host: String? = "127.0.0.1:5080",
        from address: String = "192.0.2.1"
    ) async throws -> Answer {
        var headers: HTTPFields = [:]
        if let key { headers[.authorization] = "Bearer \(key)" }
        if let body {
            if let type { headers[.contentType] = type }
            headers[.contentLength] = String(body.utf8.count)
        }
        let head = HTTPRequest(
            method: method, scheme: "http", authority: host, path: path, headerFields: headers)
        let request = Request(head: head, body: RequestBody(buffer: ByteBuffer(string: body ?? "")))
        let response = await desk.answer(request, on: PublicConnection(address: address))
        return try await Answer(response, isHead: method == .head)
    }
}

/// Hears of commits and tells nobody.
private struct DeafSink: CommitSink {
    func didCommit(_ batch: CommittedBatch) {}
}
