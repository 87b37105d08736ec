import AsyncHTTPClient
import NIOCore
import NIOHTTP1

/// Fetches the JWKS of an identity provider (RFC 7517 section 5), within bounds of bytes and of time. Redirects are not
/// followed: the keys come from where the operator said.
struct KeySetClient: Sendable {
    /// Bytes; the largest sets have some tens of thousands.
    static let limit = 512 * 1024
    /// For all of it: connect, answer, body.
    static let time: Duration = .seconds(10)

    /// Why there are no keys: the end of a sentence.
    struct Unserved: Error, CustomStringConvertible {
        var description: String
    }

    private let client: HTTPClient
    private let url: String

    init(url: String, group: any EventLoopGroup) {
        var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow)
        configuration.timeout = .init(connect: .seconds(5), read: .seconds(10))
        // One request in ten minutes keeps no connection.
        configuration.connectionPool.idleTimeout = .seconds(1)
        client = HTTPClient(eventLoopGroupProvider: .shared(group), configuration: configuration)
        self.url = url
    }

    /// The body of the answer.
    ///
    /// - Throws: ``Unserved``, and what the client throws.
    func fetch() async throws -> String {
        try await withThrowingTaskGroup(of: String.self) { tasks in
            tasks.addTask { try await self.answer() }
            tasks.addTask {
                try await Task.sleep(for: Self.time)
                throw Unserved(description: "no whole answer within \(Self.time)")
            }
            defer { tasks.cancelAll() }
            return try await tasks.next() ?? ""
        }
    }

    private func answer() async throws -> String {
        var request = HTTPClientRequest(url: url)
        request.headers.add(name: "Accept", value: "application/jwk-set+json, application/json")
        request.headers.add(name: "User-Agent", value: "parley/\(Version.text)")
        let response = try await client.execute(request, timeout: .seconds(10))
        guard response.status == .ok else { throw Unserved(description: "the answer is \(response.status.code)") }
        let body: ByteBuffer
        do {
            body = try await response.body.collect(upTo: Self.limit)
        } catch is NIOTooManyBytesError {
            throw Unserved(description: "the answer has more than \(Self.limit) bytes")
        }
        // A body that was cut short by the end of the wait is not taken.
        try Task.checkCancellation()
        guard let text = String(validating: body.readableBytesView, as: UTF8.self) else {
            throw Unserved(description: "the answer is not UTF-8")
        }
        return text
    }

    func close() async throws { try await client.shutdown() }
}
