import HTTPTypes
import Hummingbird
import NIOCore

extension Response {
    /// With a newline at its end, so that a shell's prompt begins on a line of its own.
    static func json(_ value: JSON, status: HTTPResponse.Status = .ok) -> Response {
        Response(
            status: status,
            headers: [.contentType: "application/json; charset=utf-8", .cacheControl: "no-store"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: value.text + "\n")))
    }

    /// 204, as deletes and actions answer.
    static let done = Response(status: .noContent)
}
