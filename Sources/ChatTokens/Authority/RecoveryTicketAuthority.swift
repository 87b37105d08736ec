import ByteText
import ChatCore

/// Recovery tickets by MAC: nothing is remembered, and they outlive a restart as long as the secret does.
///
/// A `pid` is `R.M`: 18 random bytes and the first 16 of `HMAC-SHA256(secret, "ticket" 0 R 0 user)`, base64url. The
/// `sid` is the last 15 bytes of the same: it follows from the `pid` and does not tell it, as no part of a MAC tells
/// another.
public struct RecoveryTicketAuthority: RecoveryTickets {
    private let mac: MACKey

    /// - Parameter secret: one of its own, kept in the database: signing keys are rotated, tickets are not.
    public init(secret: SigningSecret) { mac = MACKey(secret) }

    public func issue(for user: UserID) -> RecoveryTicket {
        var generator = SystemRandomNumberGenerator()
        // Each call of the system's generator is one of the kernel: a byte at a time would be eighteen.
        let random: (UInt128, UInt16) = (generator.next(), generator.next())
        var bytes: [UInt8] = []
        bytes.reserveCapacity(18)
        withUnsafeBytes(of: random.0) { bytes.append(contentsOf: $0) }
        withUnsafeBytes(of: random.1) { bytes.append(contentsOf: $0) }
        return ticket(Base64.url.encode(bytes), for: user)
    }

    public func open(_ pid: String, for user: UserID) -> RecoveryTicket? {
        // 24 characters, a dot, 22 characters: whatever else it is, it was not issued.
        guard pid.utf8.count == 47, let dot = pid.utf8.firstIndex(of: UInt8(ascii: ".")) else { return nil }
        let ticket = ticket(String(pid[..<dot]), for: user)
        return MACKey.areEqual(ticket.pid.utf8, pid.utf8) ? ticket : nil
    }

    private func ticket(_ random: String, for user: UserID) -> RecoveryTicket {
        let code = mac.code(of: "ticket\u{0}\(random)\u{0}\(user.rawValue)".utf8)
        return RecoveryTicket(
            pid: random + "." + Base64.url.encode(code.prefix(16)), sid: Base64.url.encode(code.suffix(15)))
    }
}
