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

    func text(of header: HTTPField.Name) -> ByteString? { headers[header].map { ByteString($0) } }

    /// What follows `Bearer` in the `Authorization` header, without the blanks around it; `nil` for another scheme.
    var bearer: ByteString? { text(of: .authorization).flatMap(BearerToken.inHeader) }
}
