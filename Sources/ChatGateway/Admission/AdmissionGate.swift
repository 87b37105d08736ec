import ChatCore
import Logging
import NIOCore
import SocketIO

/// Decides who may enter, by token: verified, then looked up together with the user's chats in one visit to the store.
/// CONTRACT section 3, "Token".
final class AdmissionGate: ConnectionGate {
    private let store: any ChatStore
    private let verifier: any TokenVerifier
    private let tickets: any RecoveryTickets
    private let directory: LiveSessionsDirectory
    private let autoCreateUsers: Bool
    private let logger: Logger
    /// Makes a session's handler.
    private let makeSession: @Sendable (Socket, AdmittedSession) -> ChatSession

    init(
        store: any ChatStore, verifier: any TokenVerifier, tickets: any RecoveryTickets,
        directory: LiveSessionsDirectory, autoCreateUsers: Bool, logger: Logger,
        makeSession: @escaping @Sendable (Socket, AdmittedSession) -> ChatSession
    ) {
        self.store = store
        self.verifier = verifier
        self.tickets = tickets
        self.directory = directory
        self.autoCreateUsers = autoCreateUsers
        self.logger = logger
        self.makeSession = makeSession
    }

    func admit(_ request: ConnectRequest, decide: @escaping @Sendable (ConnectDecision) -> Void) {
        guard let text = TokenSource.token(of: request) else {
            return decide(.refuse(.refusal("unauthorized", "A token is required.")))
        }
        Task { decide(await self.decision(on: request, token: text)) }
    }

    private func decision(on request: ConnectRequest, token text: String) async -> ConnectDecision {
        let token: VerifiedToken
        do throws(TokenError) {
            token = try await verifier.verify(text)
        } catch {
            return .refuse(.refusal(error))
        }
        do {
            return try await admission(of: token, request: request, mayCreate: autoCreateUsers)
        } catch {
            let known = ChatError.describing(error)
            if known.code == .internal {
                logger.error("admission failed", metadata: ["parley.error": "\(error)"])
            }
            return .refuse(.refusal(known.code.rawValue, known.message))
        }
    }

    private func admission(
        of token: VerifiedToken, request: ConnectRequest, mayCreate: Bool
    ) async throws -> ConnectDecision {
        let found = try await store.read { try $0.admission(of: token.userID, token: token.facts) }
        switch found {
        case .unknownUser:
            guard mayCreate else { return .refuse(.refusal("unknown_user", "There is no such user.")) }
            do {
                let user = NewUser(id: token.userID, username: token.name ?? token.userID.rawValue)
                _ = try await store.perform(.createUser(user))
            } catch let error as ChatError where error.code == .conflict && error.field == "id" {
                // Another connection of the same user was faster.
            }
            return try await admission(of: token, request: request, mayCreate: false)
        case .blocked:
            return .refuse(.refusal("user_blocked", "The user is blocked."))
        case .tokenRevoked:
            return .refuse(.refusal("token_revoked", "The token was revoked."))
        case .admitted(let session):
            return accept(session, token: token, request: request)
        }
    }

    private func accept(
        _ session: Admission.Session, token: VerifiedToken, request: ConnectRequest
    ) -> ConnectDecision {
        let ticket = tickets.issue(for: session.user.id)
        let admitted = AdmittedSession(
            session: session, token: token, liveUser: directory.user(session.user.id), pid: ticket.pid,
            start: .fresh(session.revision, unreadTotal: session.unreadTotal))
        let rooms = [ChatGateway.room(of: session.user.id)] + session.chats.map(\.rawValue)
        return .accept(
            ConnectDecision.Acceptance(id: ticket.sid, pid: ticket.pid, rooms: rooms) { [makeSession] socket in
                makeSession(socket, admitted)
            })
    }

    /// Verifies a token that a live socket shows for its user.
    func verify(
        _ text: String, of user: UserID, reply: @escaping @Sendable (Result<VerifiedToken, ChatError>) -> Void
    ) {
        Task {
            do {
                let token = try await verifier.verify(text)
                guard token.userID == user else {
                    return reply(.failure(ChatError(.unauthorized, "The token is another user's.", field: "token")))
                }
                let found = try await store.read { try $0.admission(of: user, token: token.facts) }
                guard case .admitted = found else {
                    return reply(.failure(ChatError(.unauthorized, "The token does not hold.", field: "token")))
                }
                reply(.success(token))
            } catch let error as TokenError {
                reply(.failure(ChatError(.unauthorized, error.explanation, field: "token")))
            } catch {
                reply(.failure(ChatError.describing(error)))
            }
        }
    }
}

extension TokenError {
    var explanation: String {
        switch self {
        case .unauthorized(let why): why
        case .expired: "The token has expired."
        }
    }
}

extension ConnectError {
    /// `{message, data: {code}}`.
    static func refusal(_ code: String, _ message: String) -> ConnectError {
        ConnectError(message, data: .object(JSONObject(["code": .string(code)])))
    }

    static func refusal(_ error: TokenError) -> ConnectError {
        switch error {
        case .unauthorized(let why): refusal("unauthorized", why)
        case .expired: refusal("token_expired", error.explanation)
        }
    }
}
