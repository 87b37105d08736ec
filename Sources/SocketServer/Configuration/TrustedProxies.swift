import ByteText
public import NIOCore
public import NIOHTTP1

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// The networks whose proxies are believed about the client they speak for.
public struct TrustedProxies: Sendable {
    private struct Network: Sendable {
        var bytes: [UInt8]
        var bits: Int
    }

    private var networks: [Network] = []
    private var trustsUnixSockets = false

    public init() {}

    /// What may be said by name: this machine, and the addresses that no network of the world routes (RFC 1918, RFC
    /// 6598, RFC 3927, RFC 4193, RFC 4291).
    private static let named = [
        "loopback": ["127.0.0.0/8", "::1"],
        "private": [
            "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "169.254.0.0/16", "fc00::/7", "fe80::/10",
        ],
    ]

    /// - Parameter networks: `ADDRESS` or `ADDRESS/BITS`, IPv4 or IPv6; `unix` for whoever connects by a Unix socket;
    ///   `loopback`, `private`.
    /// - Throws: ``SocketServerError/malformedNetwork(_:)``.
    public init(_ networks: [String]) throws(SocketServerError) {
        for text in networks.flatMap({ Self.named[$0] ?? [$0] }) {
            if ByteString(text) == "unix" {
                trustsUnixSockets = true
                continue
            }
            let parts = text.split(separator: "/", omittingEmptySubsequences: false)
            guard parts.count <= 2, let bytes = Self.bytes(of: String(parts[0])) else {
                throw .malformedNetwork(text)
            }
            // An IPv4 network is kept as the IPv6 network that maps it, so that one comparison serves both.
            let isIPv4 = !parts[0].contains(":")
            var bits = 128
            if parts.count == 2 {
                guard let given = Int(parts[1]), given >= 0, given <= (isIPv4 ? 32 : 128) else {
                    throw .malformedNetwork(text)
                }
                bits = isIPv4 ? given + 96 : given
            }
            self.networks.append(Network(bytes: bytes, bits: bits))
        }
    }

    public var isEmpty: Bool { networks.isEmpty && !trustsUnixSockets }

    /// The client's address: the peer's own, or, from a trusted peer, the last address of `X-Forwarded-For` that is not
    /// a trusted proxy's itself. A malformed entry ends the search at the proxy that sent it.
    public func client(peer: SocketAddress?, headers: HTTPHeaders) -> String {
        var client = peer?.ipAddress.map(Self.normalized) ?? "unix"
        guard !isEmpty, isTrusted(client) else { return client }
        let hops = ByteString(headers["x-forwarded-for"].joined(separator: ",")).split(separator: ",")
        for hop in hops.reversed() where !hop.isEmpty {
            // The longest address, its port and brackets fit; whatever is longer is none.
            guard hop.count <= 80 else { return client }
            let text = Self.withoutPort(hop.asciiTrimmed.string)
            guard Self.bytes(of: text) != nil else { return client }
            client = Self.normalized(text)
            if !isTrusted(client) { return client }
        }
        return client
    }

    /// Whether the request came over TLS, by the word of a trusted proxy (`X-Forwarded-Proto`, its last entry).
    public func isSecure(peer: SocketAddress?, headers: HTTPHeaders) -> Bool {
        guard !isEmpty, isTrusted(peer?.ipAddress.map(Self.normalized) ?? "unix") else { return false }
        guard let protocols = headers["x-forwarded-proto"].last else { return false }
        return ByteString(protocols).split(separator: ",").last?.asciiTrimmed.equalsIgnoringCase("https") == true
    }

    /// Whether the other end of a connection is believed.
    func isTrusted(_ peer: SocketAddress?) -> Bool {
        !isEmpty && isTrusted(peer?.ipAddress.map(Self.normalized) ?? "unix")
    }

    func isTrusted(_ address: String) -> Bool {
        guard let bytes = Self.bytes(of: address) else { return ByteString(address) == "unix" && trustsUnixSockets }
        return networks.contains { network in
            let whole = network.bits / 8
            guard network.bytes[..<whole] == bytes[..<whole] else { return false }
            let rest = network.bits % 8
            guard rest != 0 else { return true }
            return (network.bytes[whole] ^ bytes[whole]) >> UInt8(8 - rest) == 0
        }
    }

    /// An IPv4 address that a dual-stack listener shows as `::ffff:a.b.c.d`, as IPv4.
    static func normalized(_ address: String) -> String {
        guard address.utf8.count <= 45, address.lowercased().hasPrefix("::ffff:") else { return address }
        // `::ffff:1:10.0.0.1` begins alike and maps nothing.
        let mapped = String(address.dropFirst(7))
        var four = [UInt8](repeating: 0, count: 4)
        return inet_pton(AF_INET, mapped, &four) == 1 ? mapped : address
    }

    private static func withoutPort(_ text: String) -> String {
        if text.hasPrefix("["), let end = text.firstIndex(of: "]") {
            return String(text[text.index(after: text.startIndex)..<end])
        }
        if let colon = text.firstIndex(of: ":"), text[..<colon].contains(".") {
            return String(text[..<colon])
        }
        return String(text)
    }

    /// The sixteen bytes of an address; those of IPv4 mapped into IPv6.
    static func bytes(of text: String) -> [UInt8]? {
        // To C a NUL is the end: what follows it would be part of an address that was not looked at.
        guard !text.utf8.contains(0) else { return nil }
        var six = [UInt8](repeating: 0, count: 16)
        if inet_pton(AF_INET6, text, &six) == 1 { return six }
        var four = [UInt8](repeating: 0, count: 4)
        guard inet_pton(AF_INET, text, &four) == 1 else { return nil }
        return [UInt8](repeating: 0, count: 10) + [0xFF, 0xFF] + four
    }
}
