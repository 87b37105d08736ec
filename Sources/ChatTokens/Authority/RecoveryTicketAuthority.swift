import ChatCore
import JWTKit

/// Recovery tickets by MAC: nothing is remembered, and they outlive a restart as long as the secret does.
///
/// A `pid` is `R.M`: 18 random bytes and the first 16 of `HMAC-SHA256(secret, "ticket" 0 R 0 user)`, base64url. The
/// `sid` is the last 15 bytes of the same: it follows from the `pid` and does not tell it, as no part of a MAC tells
/// another.
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
        // Each call of the system's generator is one of the kernel: a byte at a time would be eighteen.
        let random: (UInt128, UInt16) = (generator.next(), generator.next())
        var bytes: [UInt8] = []
        bytes.reserveCapacity(18)
        withUnsafeBytes(of: random.0) { bytes.append(contentsOf: $0) }
        withUnsafeBytes(of: random.1) { bytes.append(contentsOf: $0) }
        return ticket(Base64URL.encode(bytes), for: user)
    }

    public func open(_ pid: String, for user: UserID) -> RecoveryTicket? {
        // 24 characters, a dot, 22 characters: whatever else it is, it was not issued.
        guard pid.utf8.count == 47, let dot = pid.utf8.firstIndex(of: UInt8(ascii: ".")) else { return nil }
        let ticket = ticket(String(pid[..<dot]), for: user)
        return Self.equal(ticket.pid, pid) ? ticket : nil
    }

    private func ticket(_ random: String, for user: UserID) -> RecoveryTicket {
        let mac = mac(random, user)
        return RecoveryTicket(
            pid: random + "." + Base64URL.encode(mac.prefix(16)), sid: Base64URL.encode(mac.suffix(15)))
    }

    /// 32 bytes.
    private func mac(_ random: String, _ user: UserID) -> [UInt8] {
        let input = Array("ticket\u{0}\(random)\u{0}\(user.rawValue)".utf8)
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
