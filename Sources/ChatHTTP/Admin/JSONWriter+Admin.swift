import ChatCore
import ChatWire
import JSON

/// The objects of CONTRACT section 2 that only the operator sees: every field always there, `null` where it has no
/// value.
extension JSONWriter {
    mutating func writeWire(_ token: TokenRecord) {
        object { object in
            object.field("token_id", token.id.rawValue)
            object.field("user_id", token.userID.rawValue)
            object.field("label", token.label)
            object.field("created_at", token.createdAt)
            object.field("expires_at", token.expiresAt)
            object.field("revoked_at", token.revokedAt)
        }
    }

    mutating func writeWire(_ connection: ConnectionInfo) {
        object { object in
            object.field("sid", connection.sid)
            object.field("user_id", connection.userID.rawValue)
            object.field("address", connection.address)
            object.field("transport", connection.transport)
            object.field("connected_at", connection.connectedAt)
            object.field("user_agent", connection.userAgent)
        }
    }
}
