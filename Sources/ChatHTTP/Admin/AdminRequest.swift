import ByteText
import ChatCore
import Foundation
import HTTPTypes
import Hummingbird
import JSON
import NIOCore

/// A request of the admin endpoint, with its parts by name and their errors told by field.
struct AdminRequest: Sendable {
    /// Bytes of a body; a member list of 10,000 ids fits.
    static let maximumBody = 1 << 20

    private let call: HTTPCall
    /// The JSON object of the body. An empty body is an empty object, so that what is missing is told by name.
    let fields: JSONFields

    /// - Parameters:
    ///   - pass: that the call was let in.
    ///   - parts: what it may bring.
    /// - Throws: 413 and 415 for a body that is too long or of another type, before it is read where its head says so;
    ///   400 for one that is no JSON object, and for a name that the call does not know.
    init(_ call: HTTPCall, _ pass: AdminGuard.Pass, takes parts: AdminParts) async throws {
        self.call = call
        let body = try await Self.body(of: call.request)
        fields = try Self.fields(of: body)
        try parts.check(query: FormQuery(call.request.uri.query ?? "", plusIsSpace: false))
        try parts.check(fields: fields.members.keys)
    }

    private static func body(of request: Request) async throws -> ByteBuffer {
        guard [.post, .put, .patch].contains(request.method) else { return ByteBuffer() }
        let length = request.headers[.contentLength].flatMap { Int($0) }
        if let length, length > maximumBody { throw HTTPFailure.payloadTooLarge }
        let isJSON = request.text(of: .contentType).map(isJSON) ?? false
        if !isJSON, length ?? 0 > 0 { throw HTTPFailure.unsupportedMediaType }
        let body = try await request.body.collect(upTo: maximumBody)
        if !isJSON, body.readableBytes > 0 { throw HTTPFailure.unsupportedMediaType }
        return body
    }

    /// Whether a media type is `application/json` or one made of it (RFC 6838 section 4.2.8), parameters aside.
    private static func isJSON(_ type: ByteString) -> Bool {
        let essence = type.split(separator: ";", maxSplits: 1)[0].asciiTrimmed
        return essence.equalsIgnoringCase("application/json") || essence.utf8.suffix(5).elementsEqual("+json".utf8)
    }

    /// A part of the path.
    func parameter(_ name: String) throws -> String {
        try call.parameter(name)
    }

    /// A part of the query.
    func query(_ name: String) -> String? {
        call.request.query(ByteString(name))?.string
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

    private static func fields(of body: ByteBuffer) throws -> JSONFields {
        guard body.readableBytes > 0 else { return JSONFields(members: [:]) }
        // What is wrong with it is in the answer.
        guard let value = try? JSONParser.parse(body, .strict()).value else {
            throw HTTPFailure.invalid("The body is no JSON.")
        }
        guard case .object(let object) = value else { throw HTTPFailure.invalid("The body must be a JSON object.") }
        return JSONFields(members: Dictionary(object.members.map { ($0.name, $0.value) }) { $1 })
    }
}
