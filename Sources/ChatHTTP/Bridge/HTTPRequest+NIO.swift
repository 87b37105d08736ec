import HTTPTypes
import Hummingbird
import NIOHTTP1
import SocketServer

extension HTTPRequest {
    /// `nil` when the head has a method or a field that HTTP does not allow.
    init?(_ request: HTTPServerRequest) {
        guard let method = HTTPRequest.Method(rawValue: request.head.method.rawValue) else { return nil }
        self.init(
            method: method, scheme: request.isSecure ? "https" : "http",
            authority: request.head.headers.first(name: "host"),
            path: request.head.uri)
        for (name, value) in request.head.headers {
            guard let name = HTTPField.Name(name) else { return nil }
            headerFields.append(HTTPField(name: name, value: value))
        }
    }
}

extension HTTPResponseHead {
    init(_ response: Response) {
        var headers = HTTPHeaders(response.headers.map { ($0.name.rawName, $0.value) })
        if response.status.code == 304 {
            // It would be the length of what is not sent (RFC 9110 section 8.6), which nobody asked for.
            headers.remove(name: "content-length")
        } else if let length = response.body.contentLength, response.status.code != 204 {
            headers.replaceOrAdd(name: "Content-Length", value: String(length))
        }
        self.init(
            version: .http1_1,
            status: HTTPResponseStatus(statusCode: response.status.code, reasonPhrase: response.status.reasonPhrase),
            headers: headers)
    }
}
