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
    private let events: ServerEvents
    private let quietMembers: Int
    private let logger: Logger
    /// Makes a session's handler.
    private let makeSession: @Sendable (Socket, AdmittedSession) -> ChatSession

    init(
        store: any ChatStore, verifier: any TokenVerifier, tickets: any RecoveryTickets,
        directory: LiveSessionsDirectory, configuration: GatewayConfiguration, events: ServerEvents, logger: Logger,
        makeSession: @escaping @Sendable (Socket, AdmittedSession) -> ChatSession
    ) {
        self.store = store
        self.verifier = verifier
        self.tickets = tickets
        self.directory = directory
        autoCreateUsers = configuration.autoCreateUsers
        quietMembers = configuration.quietMembers
        self.events = events
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
        let comeback = comeback(in: request, of: token.userID)
        let (found, replay) = try await store.read { view in
            let found = try view.admission(of: token.userID, token: token.facts)
            guard case .admitted = found else { return (found, Replay?.none) }
            return (found, try comeback?.replay(in: view))
        }
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
            if let comeback, let replay {
                let start = SessionStart.replaying(replay, unreadTotal: session.unreadTotal)
                await directory.closeSession(of: session.user.id, pid: comeback.ticket.pid)
                return accept(session, token: token, ticket: comeback.ticket, start: start)
            }
            return accept(
                session, token: token, ticket: tickets.issue(for: session.user.id),
                start: .fresh(session.revision, unreadTotal: session.unreadTotal))
        }
    }

    /// What a client shows that was here before; `nil` when it shows nothing, or nothing that we issued to this user.
    private func comeback(in request: ConnectRequest, of user: UserID) -> Comeback? {
        guard case .string(let pid)? = request.auth["pid"], case .string(let text)? = request.auth["offset"],
            let ticket = tickets.open(pid, for: user), let offset = Offset(text)
        else { return nil }
        return Comeback(user: user, ticket: ticket, offset: offset, events: events, quietMembers: quietMembers)
    }

    private func accept(
        _ session: Admission.Session, token: VerifiedToken, ticket: RecoveryTicket, start: SessionStart
    ) -> ConnectDecision {
        let admitted = AdmittedSession(
            session: session, token: token, liveUser: directory.user(session.user.id), pid: ticket.pid, start: start)
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
