import HTTPTypes
import Hummingbird
import NIOCore

/// Where the reference server keeps the client's script: a page that was written for it is told, in the answer that its
/// developer looks at, what to load instead.
enum ClientHint {
    private static let text =
        "Parley does not carry the client: load npm's socket.io-client (4.x), from your bundle or a CDN.\n"

    private static let names = [
        "socket.io.js", "socket.io.min.js", "socket.io.esm.min.js", "socket.io.msgpack.min.js",
    ]

    static var routes: [Route] {
        names.map { name in
            Route.open(.get, "/socket.io/" + name) { _ in
                Response(
                    status: .notFound, headers: [.contentType: "text/plain; charset=utf-8", .cacheControl: "no-cache"],
                    body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
            }
        }
    }
}
