import ArgumentParser
import ByteText
import JSON

/// Which messages of a chat are listed: the newest unless told otherwise.
struct MessagePage: ParsableArguments {
    @Argument(help: "The chat id")
    var id: String

    @Option(help: "Those just before this seq (default: the newest)")
    var before: Int?

    @Option(help: "At most so many (1-200; default: 50)")
    var limit: Int?

    @Option(help: ArgumentHelp("Those just after this seq instead; 0 begins with the first", valueName: "SEQ"))
    var after: Int?

    func validate() throws {
        if before != nil, after != nil { throw ValidationError("--before and --after exclude each other.") }
    }

    var call: AdminCall {
        let newest = after == nil ? before ?? Int.max : nil
        let query = [("before", newest), ("limit", limit), ("after", after)]
            .compactMap { name, value in value.map { "\(name)=\($0)" } }.joined(separator: "&")
        return AdminCall(.get, "/admin/chats/\(AdminCall.encoded(id))/messages?\(query)")
    }

    /// A page that ends somewhere goes on upwards, which no `next` tells.
    func more(of list: JSONValue) -> String? {
        guard after == nil, let items = list["items"]?.array, items.count >= limit ?? 50,
            case .integer(let seq)? = items.first?["seq"], seq > 1
        else { return nil }
        return "earlier: --before \(seq)"
    }
}

/// A message that is sent: a system message, or one in the name of a member.
struct MessageDraft: ParsableArguments {
    @Argument(help: "The chat id")
    var id: String

    @Argument(help: "The text")
    var content: String

    @Option(help: ArgumentHelp("A member, by id or username", valueName: "USER"))
    var sender: UserReference?

    func call(_ users: UserLookup) async throws -> AdminCall {
        var body = CallBody()
        body.set("content", content)
        if let sender { body.set("sender_id", try await users.id(of: sender)) }
        return AdminCall(.post, "/admin/chats/\(AdminCall.encoded(id))/messages", body: body.encoded())
    }
}

/// A message that is made a tombstone.
struct MessageName: ParsableArguments {
    @Argument(help: "The message id")
    var id: String

    var deletion: AdminCall { AdminCall(.delete, "/admin/messages/\(AdminCall.encoded(id))") }
}
