import ByteText
import ChatCore
import ChatWire
import Foundation
import HTTPTypes
import Hummingbird
import JSON

extension AdminSite {
    var tokenRoutes: [Route] {
        [
            guarded(.issueToken, issueToken),
            guarded(.listTokens, listTokens),
            guarded(.revokeToken, revokeToken),
        ]
    }

    @Sendable private func issueToken(_ request: AdminRequest) async throws -> Response {
        let fields = request.fields
        let owner: NewToken.Owner
        switch (try fields.string("user_id"), try fields.string("username")) {
        case (let id?, nil): owner = .id(UserID(id))
        case (nil, let name?): owner = .username(name)
        case (nil, nil): throw HTTPFailure.invalid("user_id or username is missing.", field: "user_id")
        case (_?, _?): throw HTTPFailure.invalid("Give user_id or username, not both.", field: "username")
        }
        let ttl = try fields.integer("ttl_seconds") ?? AdminCall.standardTimeToLive
        // Tokens count in seconds: what is said of them must be what they say.
        let now = clock().milliseconds / 1000 * 1000
        let token = NewToken(
            id: TokenID(UUID().uuidString.lowercased()), owner: owner, createUser: try fields.bool("create") ?? false,
            label: try fields.string("label"), expiresAt: Timestamp(milliseconds: now + ttl * 1000))
        guard case .token(let record, let user) = try await store.perform(.issueToken(token)) else {
            throw HTTPFailure.internal
        }
        let signed = try tokens.sign(record, username: user.username)
        return .json(status: .created) { writer in
            writer.object { object in
                object.field("token", signed)
                object.field("token_id", record.id.rawValue)
                object.field("user_id", user.id.rawValue)
                object.field("expires_at", record.expiresAt)
            }
        }
    }

    @Sendable private func listTokens(_ request: AdminRequest) async throws -> Response {
        let (page, name) = (request.page, request.query("user_id"))
        let tokens = try await store.read { view in
            let user = try name.map { try view.user(called: $0, field: "user_id").id }
            return try view.tokens(of: user, page: page)
        }
        return .list(tokens.items, next: tokens.next) { $0.writeWire($1) }
    }

    @Sendable private func revokeToken(_ request: AdminRequest) async throws -> Response {
        _ = try await store.perform(.revokeToken(TokenID(try request.parameter("token_id"))))
        return .done
    }
}
