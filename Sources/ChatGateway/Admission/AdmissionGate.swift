import ByteText
import ChatCore
import EngineIO
import JSON
import Logging
import NIOCore
import SocketIO
import SocketServer

/// Decides who may enter, by token: verified, then looked up together with the user's chats in one visit to the store.
/// CONTRACT section 3, "Token".
final class AdmissionGate: ConnectionGate {
    /// What is asked for later: by the operator's list of connections, and by whoever leaves and enters again on the
    /// same connection.
    private static let keptHeaders = ["user-agent", "authorization"]

    private let store: any ChatStore
    private let verifier: any TokenVerifier
    private let tickets: any RecoveryTickets
    private let directory: LiveSessionsDirectory
    private let autoCreateUsers: Bool
    private let events: ServerEvents
    private let quietMembers: Int
    private let logger: Logger
    private let refusals: RefusalLog
    /// Makes a session's handler.
    private let makeSession: @Sendable (Socket, AdmittedSession) -> ChatSession
    private let bursts: [AdmissionBurst.OnLoop]

    init(
        store: any ChatStore, verifier: any TokenVerifier, tickets: any RecoveryTickets,
        directory: LiveSessionsDirectory, configuration: GatewayConfiguration, events: ServerEvents, logger: Logger,
        bursts: [AdmissionBurst.OnLoop], makeSession: @escaping @Sendable (Socket, AdmittedSession) -> ChatSession
    ) {
        self.store = store
        self.verifier = verifier
        self.tickets = tickets
        self.directory = directory
        autoCreateUsers = configuration.autoCreateUsers
        quietMembers = configuration.quietMembers
        self.events = events
        self.logger = logger
        refusals = RefusalLog(logger: logger)
        self.makeSession = makeSession
        self.bursts = bursts
    }

    func admit(_ request: ConnectRequest, decide: @escaping @Sendable (ConnectDecision) -> Void) {
        let address = request.handshake.remoteAddress
        admit(request, reply: { [refusals] decision in
            if case .refuse(let error) = decision, let code = error.code {
                refusals.refused(.token, from: address, code: code)
            }
            decide(decision)
        })
    }

    private func admit(_ request: ConnectRequest, reply decide: @escaping @Sendable (ConnectDecision) -> Void) {
        guard let text = TokenSource.token(of: request) else {
            return decide(.refuse(.refusal("unauthorized", "A token is required.")))
        }
        verifier.verify(text) { verified in
            switch verified {
            case .success(let token): self.admit(request, with: token, reply: decide)
            case .failure(let error): decide(.refuse(.refusal(error)))
            }
        }
    }

    private func admit(
        _ request: ConnectRequest, with token: VerifiedToken,
        reply decide: @escaping @Sendable (ConnectDecision) -> Void
    ) {
        let applicant = Applicant(
            token: token, signIn: autoCreateUsers ? token.signIn : nil,
            comeback: comeback(in: request, of: token.userID), decide: decide)
        // What a replay reads is long, and may fail by itself. Where keys had to be fetched first, this is another
        // thread.
        guard applicant.comeback == nil, request.eventLoop.inEventLoop,
            let its = bursts.first(where: { $0.eventLoop === request.eventLoop })
        else { return lookUp([applicant]) }
        its.burst.value.add(applicant) { self.lookUp($0, done: $1) }
    }

    /// - Parameter isSignedIn: what their tokens say was stored already, or could not be.
    private func lookUp(
        _ applicants: [Applicant], isSignedIn: Bool = false, done: @escaping @Sendable () -> Void = {}
    ) {
        store.read { view in
            try applicants.map { applicant in
                let found = try view.admission(of: applicant.token.userID, token: applicant.token.facts)
                guard case .admitted = found else { return (found, ReplayPage?.none) }
                return (found, try applicant.comeback?.firstPage(in: view))
            }
        } reply: { result in
            switch result {
            case .success(let found):
                for (applicant, (admission, page)) in zip(applicants, found) {
                    self.found(admission, page, for: applicant, isSignedIn: isSignedIn)
                }
            case .failure(let error) where applicants.count == 1:
                self.failed(applicants[0], error)
            case .failure:
                // The fault may be in what belongs to one of them.
                for applicant in applicants { self.lookUp([applicant], isSignedIn: isSignedIn) }
            }
            done()
        }
    }

    private func found(_ admission: Admission, _ page: ReplayPage?, for applicant: Applicant, isSignedIn: Bool) {
        switch (admission, isSignedIn ? nil : applicant.signIn) {
        case (.admitted(let session), let signIn?) where signIn.changes(session.user):
            self.signIn(applicant, signIn, isThere: true)
        case (.unknownUser, let signIn?): self.signIn(applicant, signIn, isThere: false)
        default: answer(admission, page, for: applicant)
        }
    }

    private func answer(_ admission: Admission, _ page: ReplayPage?, for applicant: Applicant) {
        switch admission {
        case .admitted(let session): accept(applicant, session, page)
        case .unknownUser: applicant.decide(.refuse(.unknownUser))
        case .deleted: applicant.decide(.refuse(.userDeleted))
        case .blocked: applicant.decide(.refuse(.userBlocked))
        case .tokenRevoked: applicant.decide(.refuse(.tokenRevoked))
        }
    }

    /// What passes by itself (the store stops, is behind or has no room) closes the connection: a connect error would
    /// keep a stock client away for good.
    private func failed(_ applicant: Applicant, _ error: ChatError) {
        if error.code == .internal { logger.error("admission failed", metadata: ["parley.error": "\(error.message)"]) }
        if error.retryable { return applicant.decide(.close) }
        applicant.decide(.refuse(.refusal(error.code.rawValue, error.message)))
    }

    /// Makes the user whom the token names, or has them follow what it says, and looks again: another connection of the
    /// same user may have been faster. Who is there comes in whether that could be stored or not.
    private func signIn(_ applicant: Applicant, _ signIn: SignIn, isThere: Bool) {
        store.submit(
            .signIn(signIn),
            reply: .callback { result in
                if case .failure(let error) = result, SignIn.isKeptOut(by: error, isThere: isThere) {
                    return self.failed(applicant, error)
                }
                self.lookUp([applicant], isSignedIn: true)
            })
    }

    private func accept(_ applicant: Applicant, _ session: Admission.Session, _ page: ReplayPage?) {
        let user = directory.user(session.user.id)
        guard let comeback = applicant.comeback, let page else { return acceptAfresh(applicant, session, user) }
        let pid = comeback.ticket.pid
        directory.claim(pid, of: user, heard: comeback.offset.revision, revision: session.revision) { claim in
            guard let claim else { return self.acceptAfresh(applicant, session, user) }
            let admitted = AdmittedSession(
                session: session, token: applicant.token, liveUser: user, pid: pid, claim: claim,
                start: .returning(comeback.offset, page))
            self.accept(applicant, admitted, sid: comeback.ticket.sid)
        }
    }

    private func acceptAfresh(_ applicant: Applicant, _ session: Admission.Session, _ user: LiveUser) {
        let ticket = tickets.issue(for: session.user.id)
        let admitted = AdmittedSession(
            session: session, token: applicant.token, liveUser: user, pid: ticket.pid, claim: nil,
            start: .fresh(session.revision))
        accept(applicant, admitted, sid: ticket.sid)
    }

    private func accept(_ applicant: Applicant, _ admitted: AdmittedSession, sid: String) {
        let session = admitted.session
        let rooms =
            [ChatGateway.room(of: session.user.id)] + session.chats.map(\.rawValue)
            + session.chats.map(ChatGateway.presenceRoom)
        var acceptance = ConnectDecision.Acceptance(id: sid, pid: admitted.pid, rooms: rooms) {
            [makeSession] socket in
            makeSession(socket, admitted)
        }
        // No event of ours takes bytes, nor more than a few hundred values.
        acceptance.eventLimits.takesBinary = false
        acceptance.eventLimits.maxValues = EventCap.values
        acceptance.stamp = session.revision.value
        acceptance.holdsDeliveries = true
        // A token is half a kilobyte, and nothing to leave lying in memory; the rest of the request is as much again.
        acceptance.keepsAuth = false
        acceptance.keptHeaders = Self.keptHeaders
        applicant.decide(.accept(acceptance))
    }

    /// What a client shows that was here before; `nil` when it shows nothing, or nothing that we issued to this user.
    private func comeback(in request: ConnectRequest, of user: UserID) -> Comeback? {
        guard case .string(let pid)? = request.auth["pid"], case .string(let text)? = request.auth["offset"],
            let ticket = tickets.open(pid.string, for: user), let offset = Offset(text.string)
        else { return nil }
        return Comeback(user: user, ticket: ticket, offset: offset, events: events, quietMembers: quietMembers)
    }

    static let doesNotHold = ChatError(.unauthorized, "The token does not hold.", field: "token")

    /// Verifies a token that a live socket shows for its user.
    func verify(
        _ text: String, of user: UserID, reply: @escaping @Sendable (Result<VerifiedToken, ChatError>) -> Void
    ) {
        @Sendable func refuse(_ why: String) { reply(.failure(ChatError(.unauthorized, why, field: "token"))) }
        verifier.verify(text) { [store] verified in
            let token: VerifiedToken
            switch verified {
            case .success(let found): token = found
            case .failure(let error): return refuse(error.explanation)
            }
            guard token.userID == user else { return refuse("The token is another user's.") }
            store.read { try $0.admission(of: user, token: token.facts) } reply: { result in
                switch result {
                case .success(.admitted): reply(.success(token))
                case .success: reply(.failure(Self.doesNotHold))
                case .failure(let error): reply(.failure(error))
                }
            }
        }
    }
}

extension ConnectError {
    /// That of ``refusal(_:_:)``.
    var code: String? {
        guard case .object(let data)? = data, case .string(let code)? = data["code"] else { return nil }
        return code.string
    }

    /// `{message, data: {code}}`.
    static func refusal(_ code: String, _ message: String) -> ConnectError {
        ConnectError(message, data: .object(JSONObject(["code": .string(code)])))
    }

    static let unknownUser = refusal("unknown_user", "There is no such user.")
    static let userDeleted = refusal("user_deleted", "The user was deleted.")
    static let userBlocked = refusal("user_blocked", "The user is blocked.")
    static let tokenRevoked = refusal("token_revoked", "The token was revoked.")

    static func refusal(_ error: TokenError) -> ConnectError {
        switch error {
        case .unauthorized, .unknownKey: refusal("unauthorized", error.explanation)
        case .expired: refusal("token_expired", error.explanation)
        }
    }
}
