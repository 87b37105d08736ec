import ByteText
import HTTPTypes
import Hummingbird

/// How a request carries its file: in a form, or as its body.
enum UploadSource: Equatable {
    case form(boundary: ByteString)
    case raw(name: ByteString, type: ByteString?)

    /// Bytes of a form besides the file's: other fields, heads, boundaries.
    static let formOverhead: Int64 = 65_536

    /// - Throws: 400 for a form without a boundary, 415 for a body that would have to be unpacked: what is stored is
    ///   what came.
    init(_ request: Request) throws {
        try request.refuseContentEncoding()
        let type = request.text(of: .contentType)
        guard let type, type.startsIgnoringCase(with: "multipart/") else {
            self = .raw(name: request.query("name") ?? "", type: type)
            return
        }
        let header = HeaderParameters(type)
        guard header.value == "multipart/form-data" else {
            throw HTTPFailure(
                status: .unsupportedMediaType, code: "unsupported_media_type",
                message: "A form must be multipart/form-data; any other body is the file itself.")
        }
        guard let boundary = header.parameters["boundary"], (1...70).contains(boundary.count) else {
            throw HTTPFailure.invalid("multipart/form-data needs a boundary of 1 to 70 characters.")
        }
        self = .form(boundary: boundary)
    }

    var overhead: Int64 {
        switch self {
        case .form: Self.formOverhead
        case .raw: 0
        }
    }
}
