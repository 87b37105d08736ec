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
    /// The JSON object of the body, held against what the call declares. An empty body is an empty object, so that what
    /// is missing is told by name.
    let fields: JSONFields
    private let parameters: [ByteString: ByteString]

    /// - Parameters:
    ///   - pass: that the call was let in.
    ///   - declared: what it may bring.
    /// - Throws: 413 and 415 for a body that is too long or of another type, before it is read where its head says so;
    ///   400 for one that is no JSON object, and for what the call does not declare so.
    init(_ call: HTTPCall, _ pass: AdminGuard.Pass, as declared: AdminCall) async throws {
        self.call = call
        let body = try await Self.body(of: call.request)
        parameters = try declared.query.check(query: FormQuery(call.request.uri.query ?? "", plusIsSpace: false))
        fields = try declared.fields.check(body: try Self.object(of: body))
    }

    /// The body; of a call that declares no field, too: what it would leave out without a word is refused.
    private static func body(of request: Request) async throws -> ByteBuffer {
        let isAnnounced = request.headers[.contentLength] != nil || request.headers[.transferEncoding] != nil
        guard isAnnounced || [.post, .put, .patch].contains(request.method) else { return ByteBuffer() }
        try request.refuseContentEncoding()
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
        parameters[ByteString(name)]?.string
    }

    /// A part of the query that is declared as a number.
    func query(integer name: String) -> Int64? { query(name).flatMap { Int64($0) } }

    /// Whether a part of the query is this word.
    func query(_ name: String, is word: ByteString) -> Bool { parameters[ByteString(name)] == word }

    /// `?limit=` and `?after=`.
    var page: PageRequest { PageRequest(after: query("after"), limit: limit) }

    var limit: Int { Int(query(integer: "limit") ?? 50) }

    private static func object(of body: ByteBuffer) throws -> JSONObject {
        guard body.readableBytes > 0 else { return JSONObject() }
        // What is wrong with it is in the answer.
        guard let value = try? JSONParser.parse(body, .strict()).value else {
            throw HTTPFailure.invalid("The body is no JSON.")
        }
        guard case .object(let object) = value else { throw HTTPFailure.invalid("The body must be a JSON object.") }
        return object
    }
}
