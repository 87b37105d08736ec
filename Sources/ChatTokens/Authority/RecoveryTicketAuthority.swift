import ChatCore
import JWTKit

/// Recovery tickets by MAC: nothing is remembered, and they outlive a restart as long as the secret does.
///
/// A `pid` is `R.M`: 18 random bytes and the first 16 of `HMAC-SHA256(secret, "pid" 0 R 0 user)`, base64url. The `sid`
/// is the first 15 bytes of `HMAC-SHA256(secret, "sid" 0 R 0 user)`: it follows from the `pid` and does not tell it.
public struct RecoveryTicketAuthority: RecoveryTickets {
    private let algorithm: any JWTAlgorithm

    /// - Parameter secret: one of its own, kept in the database: signing keys are rotated, tickets are not.
    public init(secret: SigningSecret) async throws {
        let collection = JWTKeyCollection()
        await collection.add(hmac: HMACKey(from: secret.text), digestAlgorithm: .sha256)
        algorithm = try await collection.getKey()
    }

    public func issue(for user: UserID) -> RecoveryTicket {
        var generator = SystemRandomNumberGenerator()
        let random = Base64URL.encode((0..<18).map { _ in UInt8.random(in: .min ... .max, using: &generator) })
        return ticket(random, for: user)
    }

    public func open(_ pid: String, for user: UserID) -> RecoveryTicket? {
        // 24 characters, a dot, 22 characters: whatever else it is, it was not issued.
        guard pid.utf8.count == 47, let dot = pid.utf8.firstIndex(of: UInt8(ascii: ".")) else { return nil }
        let ticket = ticket(String(pid[..<dot]), for: user)
        return Self.equal(ticket.pid, pid) ? ticket : nil
    }

    private func ticket(_ random: String, for user: UserID) -> RecoveryTicket {
        RecoveryTicket(
            pid: random + "." + Base64URL.encode(mac("pid", random, user).prefix(16)),
            sid: Base64URL.encode(mac("sid", random, user).prefix(15)))
    }

    private func mac(_ purpose: String, _ random: String, _ user: UserID) -> [UInt8] {
        let input = Array("\(purpose)\u{0}\(random)\u{0}\(user.rawValue)".utf8)
        do {
            return try algorithm.sign(input)
        } catch {
            preconditionFailure("HMAC-SHA256 is defined for every input: \(error)")
        }
    }

    /// Takes as long whichever byte differs.
    private static func equal(_ left: String, _ right: String) -> Bool {
        left.utf8.count == right.utf8.count && zip(left.utf8, right.utf8).reduce(0) { $0 | ($1.0 ^ $1.1) } == 0
    }
}
