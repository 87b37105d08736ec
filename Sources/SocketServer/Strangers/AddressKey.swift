public import NIOCore

/// Whom a bound of "one address" is about: an IPv4 address, or the /64 of an IPv6 one, which is what one customer of a
/// network gets. Sixteen bytes, compared and hashed as such.
public struct AddressKey: Hashable, Sendable {
    private let high: UInt64
    private let low: UInt64

    /// Whoever connects by a Unix socket.
    public static let unix = AddressKey(high: 0, low: .max)

    private init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// - Parameter bytes: the sixteen of an IPv6 address, or of an IPv4 one mapped into it.
    init(_ bytes: UnsafeRawBufferPointer) {
        var (high, low) = (UInt64(0), UInt64(0))
        for byte in bytes.prefix(8) { high = high << 8 | UInt64(byte) }
        for byte in bytes.dropFirst(8).prefix(8) { low = low << 8 | UInt64(byte) }
        let isIPv4 = high == 0 && low >> 32 == 0xFFFF
        self.init(high: high, low: isIPv4 ? low : 0)
    }

    public init(_ address: SocketAddress?) {
        switch address {
        case .v4(let four):
            // The address begins at byte 4 of its structure, an IPv6 one at byte 8, on every system.
            let bits = withUnsafeBytes(of: four.address) { bytes in
                bytes.dropFirst(4).prefix(4).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
            }
            self.init(high: 0, low: 0xFFFF_0000_0000 | bits)
        case .v6(let six):
            self = withUnsafeBytes(of: six.address) { AddressKey(UnsafeRawBufferPointer(rebasing: $0[8..<24])) }
        case .unixDomainSocket, nil:
            self = .unix
        }
    }

    /// - Parameter text: an address as ``TrustedProxies/client(peer:headers:)`` tells it.
    public init(_ text: String) {
        guard let bytes = TrustedProxies.bytes(of: text) else {
            self = .unix
            return
        }
        self = bytes.withUnsafeBytes { AddressKey($0) }
    }
}
