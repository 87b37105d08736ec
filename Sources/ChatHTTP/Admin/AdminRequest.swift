import ByteText
import ChatCore
import Foundation
import HTTPTypes
import Hummingbird
import NIOCore

/// A request of the admin endpoint, with its parts by name and their errors told by field.
struct AdminRequest: Sendable {
    /// Bytes of a body; a member list of 10,000 ids fits.
    static let maximumBody = 1 << 20

    var request: Request
    /// As in the path, still percent-encoded.
    var parameters: Parameters

    /// A part of the path.
    func parameter(_ name: String) throws -> String {
        guard let raw = parameters.get(name), let text = raw.removingPercentEncoding, !text.isEmpty else {
            throw HTTPFailure.notFound("There is nothing here.")
        }
        return text
    }

    /// A part of the query.
    func query(_ name: String) -> String? {
        request.query(ByteString(name))?.string
    }

    func query(integer name: String, in range: ClosedRange<Int64>) throws -> Int64? {
        guard let text = query(name) else { return nil }
        guard let value = Int64(text), range.contains(value) else {
            throw HTTPFailure.invalid(
                "\(name) must be a number from \(range.lowerBound) to \(range.upperBound).", field: name)
        }
        return value
    }

    /// A part of the query that has one of a few values.
    func query(_ name: String, oneOf choices: [String]) throws -> String? {
        guard let text = query(name) else { return nil }
        guard choices.contains(where: { ByteString($0) == ByteString(text) }) else {
            throw HTTPFailure.invalid("\(name) must be \(choices.joined(separator: " or ")).", field: name)
        }
        return text
    }

    /// `?limit=` and `?after=`.
    func page() throws -> PageRequest {
        PageRequest(after: query("after"), limit: try limit())
    }

    func limit() throws -> Int {
        Int(try query(integer: "limit", in: 1...200) ?? 50)
    }

    /// The JSON object of the body. An empty body is an empty object, so that what is missing is told by name.
    func fields() async throws -> JSONFields {
        if let length = request.headers[.contentLength].flatMap({ Int($0) }), length > Self.maximumBody {
            throw HTTPFailure.payloadTooLarge
        }
        let body = try await request.body.collect(upTo: Self.maximumBody)
        if let type = request.headers[.contentType], body.readableBytes > 0 {
            let essence = ByteString(type).split(separator: ";", maxSplits: 1)[0].asciiTrimmed
            let isJSON = essence.equalsIgnoringCase("application/json")
            guard isJSON || essence.utf8.suffix(5).elementsEqual("+json".utf8) else {
                throw HTTPFailure.unsupportedMediaType
            }
        }
        guard body.readableBytes > 0 else { return JSONFields(members: [:]) }
        guard let value = try? JSON.parse(body.readableBytesView) else {
            throw HTTPFailure.invalid("The body is no JSON.")
        }
        guard case .object(let members) = value else { throw HTTPFailure.invalid("The body must be a JSON object.") }
        return JSONFields(members: Dictionary(members.map { ($0.key, $0.value) }) { $1 })
    }
}
