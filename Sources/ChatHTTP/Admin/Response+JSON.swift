import HTTPTypes
import Hummingbird
import JSON
import NIOCore

extension Response {
    /// An answer whose one value `write` writes, with a newline at its end, so that a shell's prompt begins on a line
    /// of its own.
    static func json(status: HTTPResponse.Status = .ok, _ write: (inout JSONWriter) -> Void) -> Response {
        var writer = JSONWriter()
        write(&writer)
        var body = writer.finish()
        body.writeStaticString("\n")
        return Response(
            status: status,
            headers: [.contentType: "application/json; charset=utf-8", .cacheControl: "no-store"],
            body: ResponseBody(byteBuffer: body))
    }

    /// A page of a list. CONTRACT section 2, "Lists".
    ///
    /// - Parameters:
    ///   - next: where the next page begins; `nil` at the end.
    ///   - write: writes one item.
    static func list<Item>(
        _ items: some Sequence<Item>, next: String?, _ write: (inout JSONWriter, Item) -> Void
    ) -> Response {
        json { writer in
            writer.object { list in
                list.array("items", items, write)
                list.field("next", next)
            }
        }
    }

    /// What a probe of `/healthz` or `/readyz` is answered.
    static func state(_ state: String) -> Response {
        json { $0.object { $0.field("status", state) } }
    }

    /// 204, as deletes and actions answer.
    static let done = Response(status: .noContent)
}
