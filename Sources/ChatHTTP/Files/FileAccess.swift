import ByteText
import ChatCore
import HTTPTypes
import Hummingbird
import SocketServer

/// Who asks for a file, and whether they may have it. CONTRACT section 4.
struct FileAccess: Sendable {
    /// Whose token, or whose signed address, a request shows.
    struct Holder: Sendable {
        var user: UserID
        /// What a revocation is looked up by.
        var token: TokenFacts
    }

    let store: any ChatStore
    let verifier: any TokenVerifier
    let links: any FileLinks
    let refusals: RefusalLog
    let clock: @Sendable () -> Timestamp

    /// Who shows a token, which holds; their connection is vouched for.
    ///
    /// - Throws: 401.
    func holder(of request: Request, on connection: PublicConnection) async throws -> Holder {
        guard request.headers[.authorization] != nil else { throw HTTPFailure.noToken("A token is needed.") }
        guard let text = request.bearer else {
            throw HTTPFailure.noToken("The Authorization header must be `Bearer` and a token.")
        }
        let token: VerifiedToken
        do throws(TokenError) {
            token = try verifier.verify(text.string)
        } catch {
            switch error {
            case .unauthorized(let why):
                refusals.refused(.token, from: connection.address, code: "unauthorized")
                throw HTTPFailure.noToken(why)
            case .expired:
                refusals.refused(.token, from: connection.address, code: "token_expired")
                throw HTTPFailure.noToken("The token has expired.")
            }
        }
        let holder = Holder(user: token.userID, token: token.facts)
        if let refusal = try await refusal(of: holder) {
            refusals.refused(.token, from: connection.address, code: refusal.code)
            throw HTTPFailure.noToken(refusal.why)
        }
        connection.vouch()
        return holder
    }

    /// - Throws: 401 when what let the holder in lets them in no more.
    func lookAgain(at holder: Holder) async throws {
        if let refusal = try await refusal(of: holder) { throw HTTPFailure.noToken(refusal.why) }
    }

    private func refusal(of holder: Holder) async throws -> (code: String, why: String)? {
        switch try await store.read({ try $0.standing(of: holder.user, token: holder.token) }) {
        case .holds: nil
        case .blocked: ("user_blocked", "The user is blocked.")
        case .tokenRevoked: ("token_revoked", "The token was revoked.")
        case .unknownUser: ("unknown_user", "There is no such user.")
        case .deleted: ("user_deleted", "The user was deleted.")
        }
    }

    /// The file, if the request shows a signature of it or a token, of somebody who may have it now.
    ///
    /// - Throws: 401 without either, 403 for a signature that is wrong or over, or of somebody who is let in no more,
    ///   404.
    func file(
        _ id: FileID, for request: Request, on connection: PublicConnection
    ) async throws -> (file: StoredFile, holder: Holder) {
        let holder: Holder
        if let signed = signer(of: id, in: request) {
            if let refusal = try await refusal(of: signed) { throw ChatError(.forbidden, refusal.why) }
            connection.vouch()
            holder = signed
        } else if request.query("signature") != nil, request.headers[.authorization] == nil {
            throw ChatError(.forbidden, "The address has expired, or is not one that was given out.")
        } else {
            holder = try await self.holder(of: request, on: connection)
        }
        return (try await store.read { try $0.file(id, for: holder.user) }, holder)
    }

    /// In whose name a signed address was given out that holds; `nil` without one.
    private func signer(of id: FileID, in request: Request) -> Holder? {
        guard let signature = request.query("signature"), let user = request.query("user").map({ UserID($0.string) }),
            // Larger times than any that was given out would overflow.
            let seconds = request.query("expires").flatMap({ Int64($0.string) }),
            (0...1_000_000_000_000).contains(seconds)
        else { return nil }
        let expiry = Timestamp(milliseconds: seconds * 1000)
        guard links.holds(signature.string, of: id, for: user, until: expiry), clock() < expiry else { return nil }
        // It was given out to a token: what revokes the user's tokens ends it.
        let issued = Timestamp(milliseconds: expiry.milliseconds - FileAddress.life.components.seconds * 1000)
        return Holder(user: user, token: TokenFacts(id: nil, issuedAt: issued))
    }
}
