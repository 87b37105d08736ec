import ChatCore
import Crypto
import Foundation

/// Recovery tickets that need no memory: `pid` = base64url(random 15 bytes ‖ HMAC-SHA-256(key, "pid" ‖ random ‖ user)
/// cut to 15 bytes), `sid` = base64url of 15 bytes of HMAC-SHA-256(key, "sid" ‖ random). CONTRACT section 3, "Recovery".
public struct SignedRecoveryTickets: RecoveryTickets {
    private static let partLength = 15
    private let key: SymmetricKey

    /// - Parameter secret: kept in the database, so that tickets hold across restarts; at least 32 bytes.
    public init(secret: [UInt8]) {
        key = SymmetricKey(data: secret)
    }

    public func issue(for user: UserID) -> RecoveryTicket {
        var generator = SystemRandomNumberGenerator()
        let random = (0..<Self.partLength).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
        return ticket(random: random, user: user)
    }

    public func open(_ pid: String, for user: UserID) -> RecoveryTicket? {
        guard pid.utf8.count == 40, let bytes = Self.decoded(pid), bytes.count == 2 * Self.partLength else {
            return nil
        }
        let ticket = ticket(random: Array(bytes.prefix(Self.partLength)), user: user)
        // Both sides are of one length, and each byte is looked at: the time tells nothing.
        let difference = zip(ticket.pid.utf8, pid.utf8).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) }
        return difference == 0 ? ticket : nil
    }

    private func ticket(random: [UInt8], user: UserID) -> RecoveryTicket {
        let signature = mac(Array("pid".utf8) + random + Array(user.rawValue.utf8))
        return RecoveryTicket(
            pid: Self.encoded(random + signature), sid: Self.encoded(mac(Array("sid".utf8) + random)))
    }

    private func mac(_ bytes: [UInt8]) -> [UInt8] {
        Array(HMAC<SHA256>.authenticationCode(for: bytes, using: key).prefix(Self.partLength))
    }

    private static func encoded(_ bytes: [UInt8]) -> String {
        Data(bytes).base64EncodedString().replacing("+", with: "-").replacing("/", with: "_")
    }

    private static func decoded(_ text: String) -> Data? {
        Data(base64Encoded: text.replacing("-", with: "+").replacing("_", with: "/"))
    }
}
