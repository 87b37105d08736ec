import ChatCore
import ChatWire
import NIOCore
import SocketIO

/// `presence:get {userIds}` → `users [{userId, status, last_seen_at}]`; users one shares no chat with are left out.
struct PresenceGet: ClientEvent {
    static let name = "presence:get"
    static let signature = ClientEventSignature(
        "Who of these is online; those one shares no chat with are left out.",
        takes: [.always("userIds", .array(.string), "At most 200.")],
        answers: [
            .always(
                "users",
                .array(.object([
                    .userID, .always("status", .choice(["online", "offline"])),
                    .always("last_seen_at", .nullable(.time)),
                ])))
        ])
    private let userIDs: [UserID]

    init(_ fields: Fields) throws(ChatError) {
        userIDs = try fields.requiredIdentifiers("userIds", atMost: 200)
    }

    func price(for caller: any EventCaller) -> Int { Price.ofUsers(userIDs.count) }

    func step(for caller: any EventCaller) -> EventStep {
        let user = caller.user.id
        let presence = caller.gateway.presence
        return .read { [userIDs] view in
            let visible = try view.contacts(of: user, among: userIDs)
            var users: [User] = []
            for id in userIDs where id == user || visible.contains(id) {
                if let user = try view.user(id) { users.append(user) }
            }
            return ReadAnswer(
                Answer { object in
                    object.array("users", users) { writer, user in
                        writer.object { object in
                            object.field("userId", user.id.rawValue)
                            object.field("status", presence.isOnline(user.id) ? "online" : "offline")
                            object.field("last_seen_at", user.lastSeenAt)
                        }
                    }
                })
        }
    }
}
