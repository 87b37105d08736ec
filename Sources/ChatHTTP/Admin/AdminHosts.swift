#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Which `Host` the admin listener answers to: an address, `localhost`, or a name that the operator gave.
///
/// A page on the web can have its own name resolve to 127.0.0.1 (DNS rebinding), and its scripts then call this
/// listener as if it were theirs; the `Host` is what still gives them away.
struct AdminHosts: Sendable {
    private let names: [[UInt8]]

    /// - Parameter names: of `--admin-host`, without a port.
    init(_ names: [String]) {
        self.names = (names + ["localhost"]).map { $0.utf8.map(Self.lowered) }
    }

    /// - Parameter authority: `nil` when the request named none, as HTTP/1.0 may: no browser does that.
    func allows(_ authority: String?) -> Bool {
        guard let authority else { return true }
        // Longer than any name or address with its port.
        guard authority.utf8.count <= 300 else { return false }
        let bytes = Array(authority.utf8)
        guard bytes.first != UInt8(ascii: "[") else {
            guard let end = bytes.firstIndex(of: UInt8(ascii: "]")), Self.isPort(bytes[(end + 1)...]) else {
                return false
            }
            return Self.isAddress(bytes[1..<end], AF_INET6)
        }
        let host = bytes.prefix { $0 != UInt8(ascii: ":") }
        guard Self.isPort(bytes[host.endIndex...]) else { return false }
        return names.contains { $0.elementsEqual(host.map(Self.lowered)) } || Self.isAddress(host, AF_INET)
    }

    /// Nothing, or a colon and digits.
    private static func isPort(_ bytes: ArraySlice<UInt8>) -> Bool {
        guard let first = bytes.first else { return true }
        return first == UInt8(ascii: ":") && bytes.dropFirst().allSatisfy { (0x30...0x39).contains($0) }
    }

    private static func isAddress(_ bytes: ArraySlice<UInt8>, _ family: Int32) -> Bool {
        var address = [UInt8](repeating: 0, count: 16)
        return inet_pton(family, String(decoding: bytes, as: UTF8.self), &address) == 1
    }

    private static func lowered(_ byte: UInt8) -> UInt8 {
        (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
    }
}
