import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import Synchronization
import Testing

/// What a call answered.
struct Answer: Sendable {
    var status: Int
    var headers: HTTPFields
    var text: String

    init(_ response: Response, isHead: Bool) async throws {
        status = response.status.code
        headers = response.headers
        let body = BodyCollector()
        if !isHead { try await response.body.write(body) }
        text = String(buffer: body.bytes.withLock { $0 })
    }

    /// The body as an object.
    var object: [String: any Sendable] {
        get throws {
            let value = try JSONSerialization.jsonObject(with: Data(text.utf8))
            return try #require(value as? [String: any Sendable], "no object: \(text)")
        }
    }

    func string(_ name: String) throws -> String { try #require(object[name] as? String, "\(name) of \(text)") }
    func int(_ name: String) throws -> Int { try #require(object[name] as? Int, "\(name) of \(text)") }
    func isNull(_ name: String) throws -> Bool { try object[name] is NSNull }

    /// The objects of a list.
    var items: [[String: any Sendable]] {
        get throws { try #require(object["items"] as? [[String: any Sendable]], "items of \(text)") }
    }

    var next: String? { get throws { try object["next"] as? String } }

    /// `code` or `code:field` of an error.
    var error: String {
        get throws {
            let error = try #require(object["error"] as? [String: any Sendable], "no error: \(text)")
            let message = try #require(error["message"] as? String)
            #expect(!message.isEmpty)
            let code = try #require(error["code"] as? String)
            return (error["field"] as? String).map { "\(code):\($0)" } ?? code
        }
    }
}

/// Keeps what is written.
private final class BodyCollector: ResponseBodyWriter {
    let bytes = Mutex(ByteBuffer())

    func write(_ buffer: ByteBuffer) async throws {
        bytes.withLock { _ = $0.writeImmutableBuffer(buffer) }
    }

    consuming func finish(_ trailingHeaders: HTTPFields?) async throws {}
}
