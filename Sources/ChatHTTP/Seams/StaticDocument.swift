import Hummingbird
import NIOCore

/// A text that others made and that a listener serves as it is: what the events are, for client developers.
public struct StaticDocument: Sendable {
    let path: String
    private let type: String
    private let body: ByteBuffer

    /// - Parameters:
    ///   - path: where it is served, from `/`.
    ///   - type: its media type.
    public init(path: String, type: String, text: String) {
        self.path = path
        self.type = type
        body = ByteBuffer(string: text)
    }

    var response: Response {
        Response(
            status: .ok, headers: [.contentType: type, .cacheControl: "no-cache"],
            body: ResponseBody(byteBuffer: body))
    }
}
