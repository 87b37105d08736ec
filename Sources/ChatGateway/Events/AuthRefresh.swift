import ChatCore
import ChatWire

/// `auth:refresh {token}` → `expires_at`: the socket stays, on a new token of the same user.
struct AuthRefresh: SessionEvent {
    static let name = "auth:refresh"
    static let signature = ClientEventSignature(
        "Go on with a new token of the same user.",
        takes: [.always("token", .string)],
        answers: [.always("expires_at", .time)])
    private let token: String

    init(_ fields: Fields) throws(ChatError) {
        token = try fields.string("token")
        guard !token.isEmpty else { throw ChatError(.invalid, "token must not be empty.", field: "token") }
    }

    func price(for caller: any EventCaller) -> Int { Price.ofToken }

    func step(in session: ChatSession) -> EventStep {
        .later { [token] session in session.refresh(with: token) }
    }
}
