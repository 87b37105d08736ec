import ByteText
import HTTPTypes
import Hummingbird
import NIOCore

/// One file of a page, built into the binary.
struct PageAsset: Sendable {
    let path: String
    private let headers: HTTPFields
    private let body: ByteBuffer
    private let tag: String

    /// - Parameter policy: `Content-Security-Policy`, for documents.
    init(_ path: String, _ type: String, _ bytes: [UInt8], policy: String? = nil) {
        self.path = path
        body = ByteBuffer(bytes: bytes)
        // FNV-1a: it has to change with the bytes, not to withstand anybody.
        let hash = bytes.reduce(into: 0xCBF2_9CE4_8422_2325 as UInt64) { $0 = ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
        tag = "\"\(String(hash, radix: 16))\""
        var headers: HTTPFields = [
            .contentType: type, .cacheControl: "no-cache", .eTag: tag, .xContentTypeOptions: "nosniff",
        ]
        if let name = HTTPField.Name("Referrer-Policy") { headers[name] = "no-referrer" }
        if let name = HTTPField.Name("Cross-Origin-Opener-Policy"), policy != nil { headers[name] = "same-origin" }
        headers[.contentSecurityPolicy] = policy
        self.headers = headers
    }

    func response(to request: Request) -> Response {
        if request.text(of: .ifNoneMatch) == ByteString(tag) { return Response(status: .notModified, headers: headers) }
        return Response(status: .ok, headers: headers, body: ResponseBody(byteBuffer: body))
    }
}
