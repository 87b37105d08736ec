import ChatCore
import ChatWire
import JSON
import NIOCore
import SocketIO

/// `message:search {query, chatId?, limit?, after?}` → `results [{message, snippet}]`, newest first, and `next`. Words
/// as a whole, the last as a prefix; in one's own chats only. Other fields, and a query without a word, are `invalid`.
struct MessageSearch: ClientEvent {
    static let name = "message:search"
    static let signature = ClientEventSignature(
        "Messages with all of these words, the last one as a prefix; newest first.",
        takes: [
            .always("query", .string), .optional("chatId", .string), .limit(1...100, default: 20), .after,
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
        ], isClosed: true)
    private let query: String
    private let chatID: ChatID?
    private let page: PageRequest

    init(_ fields: Fields) throws(ChatError) {
        query = try fields.string("query")
        guard query.unicodeScalars.count <= 500 else {
            throw ChatError(.invalid, "query may have at most 500 characters.", field: "query")
        }
        chatID = try fields.optionalIdentifier("chatId")
        page = PageRequest(
            after: try fields.optionalOpaque("after"),
            limit: Int(try fields.optionalInteger("limit", in: 1...100) ?? 20))
    }

    func price(in session: ChatSession) -> Int { Price.ofSearching }

    func step(in session: ChatSession) -> EventStep {
        let user = session.user.id
        return .read { [query, chatID, page] view in
            let found = try view.search(query, for: user, in: chatID, page: page)
            return ReadAnswer(
                Answer { object in
                    object.array("results", found.items) { writer, hit in
                        writer.object { result in
                            result.field("message") { $0.writeWire(hit.message) }
                            result.field("snippet", hit.snippet)
                        }
                    }
                    object.field("next", found.next)
                })
        }
    }
}
