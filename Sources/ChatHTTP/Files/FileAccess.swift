import ByteText
import ChatCore
import HTTPTypes
import Hummingbird
import SocketServer

/// Who asks for a file, and whether they may have it. CONTRACT section 4.
struct FileAccess: Sendable {
    let store: any ChatStore
    let verifier: any TokenVerifier
    /// Whether a token makes, or changes, the user whom it names (``ChatCore/SignIn``).
    let createsUsers: Bool
    let links: any FileLinks
    let leases: TransferLeases
    let refusals: RefusalLog
    let clock: @Sendable () -> Timestamp

    /// Why a user is not let in, as the log and as the user are told it.
    private struct Refusal: Error {
        var code: String
        var why: String

        init(_ code: String, _ why: String) {
            self.code = code
            self.why = why
        }

        init(_ error: TokenError) {
            switch error {
            case .unauthorized, .unknownKey: self.init("unauthorized", error.explanation)
            case .expired: self = .expired
            }
        }

        static let expired = Refusal("token_expired", "The token has expired.")

        var noToken: HTTPFailure { .noToken(why) }
    }

    /// The right of who shows a token, which holds; their connection is vouched for.
    ///
    /// - Throws: 401.
    func holder(of request: Request, on connection: PublicConnection) async throws -> TransferLease {
        try await holder(of: request, on: connection) { _, _ in }.lease
    }

    /// Who shows a token, which holds; their connection is vouched for.
    ///
    /// - Throws: 401.
    func user(of request: Request, on connection: PublicConnection) async throws -> User {
        let found = try await holder(of: request, on: connection) { try $0.user($1) }
        guard let user = found.value else { throw HTTPFailure.noToken("There is no such user.") }
        return user
    }

    /// The file, if the request shows a signature of it or a token, of somebody who may have it now; and their right
    /// to it, which they may lose.
    ///
    /// - Throws: 401 without either, 403 for a signature that is wrong or over, or of somebody who is let in no more,
    ///   404.
    func file(
        _ id: FileID, for request: Request, on connection: PublicConnection
    ) async throws -> (file: StoredFile, lease: TransferLease) {
        if let signed = signer(of: id, in: request) { return try await file(id, for: signed, on: connection) }
        if request.query("signature") != nil, request.headers[.authorization] == nil {
            throw ChatError(.forbidden, "The address has expired, or is not one that was given out.")
        }
        let (file, lease) = try await holder(of: request, on: connection) { try $0.file(id, for: $1) }
        return (file, lease)
    }

    // MARK: By token

    /// - Parameter wanted: what is asked for beside the token's standing, at the first look and at each later one.
    private func holder<Value: Sendable>(
        of request: Request, on connection: PublicConnection,
        wanted: @escaping @Sendable (any ChatReadView, UserID) throws -> Value
    ) async throws -> (value: Value, lease: TransferLease) {
        guard request.headers[.authorization] != nil else { throw HTTPFailure.noToken("A token is needed.") }
        guard let text = request.bearer?.string else {
            throw HTTPFailure.noToken("The Authorization header must be `Bearer` and a token.")
        }
        // Verified each time, for the keys may have been changed since.
        @Sendable func look() async throws -> Value {
            let token = try await verified(text)
            return try await value(wanted, for: token.userID, token.facts)
        }
        do {
            let token = try await verified(text)
            let lease = leases.take(
                for: token.userID, until: token.expiresAt, expired: Refusal.expired.noToken
            ) {
                do { _ = try await look() } catch let refusal as Refusal { throw refusal.noToken }
            }
            let value: Value
            do {
                if createsUsers { try await store.signIn(token) }
                value = try await look()
            } catch let error as ChatError where error.code == .notFound {
                // Who is let in asked for what is not theirs.
                connection.vouch()
                throw error
            }
            connection.vouch()
            return (value, lease)
        } catch let refusal as Refusal {
            refusals.refused(.token, from: connection.address, code: refusal.code)
            throw refusal.noToken
        }
    }

    // MARK: By signed address

    /// Whom a signed address names, and until when it holds.
    private struct Signer {
        var user: UserID
        var token: TokenFacts
        var until: Timestamp
    }

    private func file(
        _ id: FileID, for signer: Signer, on connection: PublicConnection
    ) async throws -> (file: StoredFile, lease: TransferLease) {
        @Sendable func look() async throws -> StoredFile {
            do {
                return try await value({ try $0.file(id, for: $1) }, for: signer.user, signer.token)
            } catch let refusal as Refusal {
                throw ChatError(.forbidden, refusal.why)
            }
        }
        let over = HTTPFailure(status: .forbidden, code: "forbidden", message: "The address has expired.")
        let lease = leases.take(for: signer.user, until: signer.until, expired: over) { _ = try await look() }
        let file = try await look()
        connection.vouch()
        return (file, lease)
    }

    /// In whose name a signed address was given out that holds; `nil` without one.
    private func signer(of id: FileID, in request: Request) -> Signer? {
        guard let signature = request.query("signature"), let user = request.query("user").map({ UserID($0.string) }),
            // Larger times than any that was given out would overflow.
            let seconds = request.query("expires").flatMap({ Int64($0.string) }),
            (0...1_000_000_000_000).contains(seconds)
        else { return nil }
        let expiry = Timestamp(milliseconds: seconds * 1000)
        guard links.holds(signature.string, of: id, for: user, until: expiry), clock() < expiry else { return nil }
        // It was given out to a token: what revokes the user's tokens ends it.
        let issued = Timestamp(milliseconds: expiry.milliseconds - FileAddress.life.components.seconds * 1000)
        return Signer(user: user, token: TokenFacts(id: nil, issuedAt: issued), until: expiry)
    }

    // MARK: -

    private func verified(_ text: String) async throws -> VerifiedToken {
        let found = await withCheckedContinuation { continuation in
            verifier.verify(text) { continuation.resume(returning: $0) }
        }
        return try found.mapError { Refusal($0) }.get()
    }

    /// What is wanted, in the snapshot in which the user is let in.
    private func value<Value: Sendable>(
        _ wanted: @escaping @Sendable (any ChatReadView, UserID) throws -> Value, for user: UserID, _ token: TokenFacts
    ) async throws -> Value {
        try await store.read { view -> Result<Value, Refusal> in
            switch try view.standing(of: user, token: token) {
            case .holds: .success(try wanted(view, user))
            case .blocked: .failure(Refusal("user_blocked", "The user is blocked."))
            case .tokenRevoked: .failure(Refusal("token_revoked", "The token was revoked."))
            case .unknownUser: .failure(Refusal("unknown_user", "There is no such user."))
            case .deleted: .failure(Refusal("user_deleted", "The user was deleted."))
            }
        }.get()
    }
}
