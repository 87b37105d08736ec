import ByteText
import ChatCore
import HTTPTypes
import Hummingbird

/// What a request says, as bytes: Hummingbird's own tables compare and hash it by canonical equivalence.
extension Request {
    /// A parameter of the query; of a name given twice the last.
    func query(_ name: ByteString) -> ByteString? {
        uri.query.flatMap { FormQuery($0, plusIsSpace: false)[name] }
    }

    /// - Throws: 415 for a body that would have to be unpacked: what is taken is what came.
    func refuseContentEncoding() throws {
        guard let coding = text(of: .contentEncoding)?.asciiTrimmed, !coding.isEmpty,
            !coding.equalsIgnoringCase("identity")
        else { return }
        throw HTTPFailure(
            status: .unsupportedMediaType, code: "unsupported_media_type",
            message: "A body is taken as it is, without a Content-Encoding.", headers: [.acceptEncoding: "identity"])
    }

    func text(of header: HTTPField.Name) -> ByteString? { headers[header].map { ByteString($0) } }

    /// What follows `Bearer` in the `Authorization` header, without the blanks around it; `nil` for another scheme.
    var bearer: ByteString? { text(of: .authorization).flatMap(BearerToken.inHeader) }
}
