import ByteText
import ChatCore
import HTTPTypes
import Hummingbird

/// Who asks for a file, and whether they may have it. CONTRACT section 4.
struct FileAccess: Sendable {
    let store: any ChatStore
    let verifier: any TokenVerifier
    let links: any FileLinks
    let clock: @Sendable () -> Timestamp

    /// The user whose token the request shows.
    ///
    /// - Throws: 401.
    func user(of request: Request) async throws -> UserID {
        guard request.headers[.authorization] != nil else { throw HTTPFailure.noToken("A token is needed.") }
        guard let text = request.bearer else {
            throw HTTPFailure.noToken("The Authorization header must be `Bearer` and a token.")
        }
        let token: VerifiedToken
        do throws(TokenError) {
            token = try verifier.verify(text.string)
        } catch {
            switch error {
            case .unauthorized(let why): throw HTTPFailure.noToken(why)
            case .expired: throw HTTPFailure.noToken("The token has expired.")
            }
        }
        switch try await store.read({ try $0.standing(of: token.userID, token: token.facts) }) {
        case .holds: return token.userID
        case .blocked: throw HTTPFailure.noToken("The user is blocked.")
        case .tokenRevoked: throw HTTPFailure.noToken("The token was revoked.")
        case .unknownUser: throw HTTPFailure.noToken("There is no such user.")
        }
    }

    /// The file, if the request shows a signature of it or the token of somebody who may have it.
    ///
    /// - Returns: and whose token it was.
    /// - Throws: 401 without either, 403 for a signature that is wrong or over, 404.
    func file(_ id: FileID, for request: Request) async throws -> (file: StoredFile, user: UserID?) {
        if let signature = request.query("signature") {
            let expires = request.query("expires").flatMap { Int64($0.string) }
            if let expires, holds(signature.string, of: id, until: expires) {
                guard let file = try await store.read({ try $0.file(id) }) else {
                    throw ChatError(.notFound, "There is no such file.")
                }
                return (file, nil)
            }
            guard request.headers[.authorization] != nil else {
                throw ChatError(.forbidden, "The address has expired, or is not one that was given out.")
            }
        }
        let user = try await user(of: request)
        return (try await store.read { try $0.file(id, for: user) }, user)
    }

    private func holds(_ signature: String, of id: FileID, until seconds: Int64) -> Bool {
        // Larger times than any that was given out would overflow.
        guard (0...1_000_000_000_000).contains(seconds) else { return false }
        let expiry = Timestamp(milliseconds: seconds * 1000)
        return links.holds(signature, of: id, until: expiry) && clock() < expiry
    }
}
