import ChatCore
import ChatWire
import JSON
import SocketIO

/// `user:get {userIds}` → `users [{id, username, display_name, avatar_url}]`; unknown ids are left out.
struct UserGet: ClientEvent {
    static let name = "user:get"
    static let signature = ClientEventSignature(
        "Users by id; unknown ones are left out.",
        takes: [.always("userIds", .array(.string), "At most 200.")],
        answers: [.always("users", .array(.named(.userCard)))])
    private let userIDs: [UserID]

    init(_ fields: Fields) throws(ChatError) {
        userIDs = try fields.requiredIdentifiers("userIds", atMost: 200)
    }

    func price(for caller: any EventCaller) -> Int { Price.ofUsers(userIDs.count) }

    func step(for caller: any EventCaller) -> EventStep {
        .read { [userIDs] view in
            let cards = try view.cards(userIDs)
            return ReadAnswer(Answer { object in object.array("users", cards) { $0.writeWire($1) } })
        }
    }
}
