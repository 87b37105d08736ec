import ByteText
import ChatCore
import ChatWire
import JSON
import NIOCore
import SocketIO

/// `message:search {query, chatId?, senderId?, before?, after?, limit?, next?}` → `results [{message, snippet}]`,
/// newest first, `next` and `complete`; in one's own chats only. CONTRACT section 3, "Search". Other fields, and a
/// query of nothing but punctuation, are `invalid`.
///
/// `after` was the name of `next` once: what an earlier version gave out as such is still taken there, and is never a
/// time.
struct MessageSearch: ClientEvent {
    static let name = "message:search"
    static let signature = ClientEventSignature(
        "Messages with all of these words, in any script, the last one as a prefix, and \"phrases\"; newest first.",
        takes: [
            .always("query", .string), .optional("chatId", .string), .optional("senderId", .string),
            .optional("before", .string, "A time: made before it."),
            .optional("after", .string, "A time: made then or later."),
            .limit(1...100, default: 20), .optional("next", .string, "The next of the page before."),
        ],
        answers: [
            .always(
                "results",
                .array(.object([
                    .always("message", .named(.message)), .always("snippet", .string, "Hits are marked."),
                ]))),
            .always(
                "next", .nullable(.string),
                "Where the next page begins, though this one may be short or empty; null at the end."),
            .always(
                "complete", .boolean,
                "False while an older file is being indexed anew: older messages may be missing."),
        ], isClosed: true)
    private let request: SearchRequest

    init(_ fields: Fields) throws(ChatError) {
        let query = try fields.string("query")
        guard query.unicodeScalars.count <= 500 else {
            throw ChatError(.invalid, "query may have at most 500 characters.", field: "query")
        }
        let next = try fields.optionalOpaque("next")
        let text = try fields.optionalOpaque("after")
        let after = text.flatMap { Timestamp(rfc3339: $0) }
        var request = SearchRequest(
            query, in: try fields.optionalIdentifier("chatId"), from: try fields.optionalIdentifier("senderId"),
            before: try fields.optionalTime("before"), after: after,
            page: PageRequest(after: next, limit: Int(try fields.optionalInteger("limit", in: 1...100) ?? 20)))
        do throws(ChatError) {
            if next == nil, after == nil { try request.goOn(atFormer: text) }
            _ = try request.place()
        } catch {
            throw ChatError(.invalid, error.message, field: next == nil ? "after" : "next")
        }
        self.request = request
    }

    func price(for caller: any EventCaller) -> Int { Price.ofSearching }

    func step(for caller: any EventCaller) -> EventStep {
        let user = caller.user.id
        return .read { [request] view in
            let found = try view.search(request, for: user)
            return ReadAnswer(
                Answer { object in
                    object.array("results", found.items) { writer, hit in
                        writer.object { result in
                            result.field("message") { $0.writeWire(hit.message) }
                            result.field("snippet", hit.snippet)
                        }
                    }
                    object.field("next", found.next)
                    object.field("complete", found.isComplete)
                },
                owed: Price.ofComparing(found.compared))
        }
    }
}

extension SearchRequest {
    /// - Parameter after: a `next`, or what was one before they belonged to a query.
    fileprivate mutating func goOn(atFormer after: String?) throws(ChatError) {
        page.after = after
        guard let after, !ByteString(after).contains(UInt8(ascii: ".")) else { return }
        page.after = cursor(try page.place())
    }
}
