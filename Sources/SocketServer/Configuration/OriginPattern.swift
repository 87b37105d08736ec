import ByteText
import NIOCore

/// A web origin (RFC 6454) that an operator lists, or all those that differ in the first label of their host.
///
/// 1. `scheme://host`, perhaps with a port; the default port of `http` and `https` is the same as none, case does not
///    matter, and a slash at the end is forgiven.
/// 2. A host that is not ASCII is the same as its punycode (RFC 3492), which is what browsers send.
/// 3. `*` stands for exactly one label, the first, with two or more below it, or with `localhost`: a page of anybody
///    else who has a name under `*.com` is nobody that an operator could mean.
/// 4. `null` is what pages without an origin send.
///
/// What no browser ever sends cannot be made: a list has nothing in it that matches nothing.
public struct OriginPattern: Sendable, Hashable {
    /// Why a text is no origin that a browser could send, as a clause after it.
    public struct Fault: Error, Hashable, CustomStringConvertible {
        public let description: String

        init(_ description: String) { self.description = description }
    }

    /// As it is compared: with `*` in the place of a free label.
    let canonical: ByteString
    let isWildcard: Bool

    /// - Throws: ``Fault``.
    public init(_ text: String) throws(Fault) {
        self = try Self(ByteString(text), takesWildcard: true)
    }

    /// An origin as a browser sends it.
    ///
    /// - Returns: `nil` for what is none, and for what is longer than any host's name makes it.
    init?(header: ByteString) {
        do throws(Fault) {
            self = try Self(header, takesWildcard: false)
        } catch {
            return nil
        }
    }

    /// Bytes: a scheme, a name of 253 (in punycode; each of its characters may have been four bytes) and a port.
    static let longest = 1200

    private init(_ text: ByteString, takesWildcard: Bool) throws(Fault) {
        guard text.utf8.count <= Self.longest else { throw Fault("is too long") }
        guard text.asciiLowercased != "null" else {
            (canonical, isWildcard) = ("null", false)
            return
        }
        let (scheme, authority) = try Self.parts(text.asciiLowercased.string)
        let (host, port) = try Self.hostAndPort(authority)
        isWildcard = host.hasPrefix("*.")
        let name = try Self.name(isWildcard ? host.dropFirst(2) : host, of: scheme)
        if isWildcard {
            guard takesWildcard else { throw Fault("has a *") }
            guard name.contains(".") || name == "localhost" else {
                throw Fault("is too wide: * needs two labels or more below it, as in *.example.com")
            }
        }
        let isDefault = (scheme == "https" && port == 443) || (scheme == "http" && port == 80)
        let end = port.map { isDefault ? "" : ":\($0)" } ?? ""
        canonical = ByteString("\(scheme)://\(isWildcard ? "*." : "")\(name)\(end)")
    }

    /// The origin with `*` in the place of its first label; `nil` where that has none below it.
    var widened: ByteString? {
        guard !isWildcard, let start = canonical.string.firstRange(of: "://")?.upperBound,
            let dot = canonical.string[start...].firstIndex(of: "."), canonical.string[start] != "["
        else { return nil }
        return ByteString(canonical.string[..<start] + "*" + canonical.string[dot...])
    }

    // MARK: Parts

    private static func parts(_ text: String) throws(Fault) -> (scheme: Substring, authority: Substring) {
        guard let separator = text.firstRange(of: "://") else { throw Fault("has no scheme, like https://") }
        let scheme = text[..<separator.lowerBound]
        var authority = text[separator.upperBound...]
        if authority.hasSuffix("/"), authority != "/" { authority.removeLast() }
        guard let first = scheme.first, first.isASCII, first.isLetter,
            scheme.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || "+-.".contains($0)) })
        else { throw Fault("has no scheme that a page can have") }
        guard scheme != "ws", scheme != "wss" else {
            throw Fault("is an address of a WebSocket: list the page's, http:// or https://")
        }
        guard !authority.contains(where: { "/?#".contains($0) }) else {
            throw Fault("has something after its host, which browsers do not send")
        }
        guard !authority.contains("@") else { throw Fault("has a user, which browsers do not send") }
        return (scheme, authority)
    }

    private static func hostAndPort(_ authority: Substring) throws(Fault) -> (host: Substring, port: UInt16?) {
        let end = authority.lastIndex(of: "]") ?? authority.startIndex
        guard let colon = authority[end...].lastIndex(of: ":") else { return (authority, nil) }
        let digits = authority[authority.index(after: colon)...]
        guard digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let port = UInt16(digits), port > 0 else {
            throw Fault("has a port that is no number from 1 to 65535")
        }
        return (authority[..<colon], port)
    }

    /// The name of a host as browsers write it.
    private static func name(_ host: Substring, of scheme: Substring) throws(Fault) -> String {
        if host.hasPrefix("["), host.hasSuffix("]") {
            return "[\(try address(String(host.dropFirst().dropLast())))]"
        }
        // Pages of apps (`file://`, `app://-`) need no name.
        guard !host.isEmpty || !["http", "https"].contains(scheme) else { throw Fault("has no host") }
        var labels: [String] = []
        for label in host.split(omittingEmptySubsequences: false, whereSeparator: { ".\u{3002}".contains($0) }) {
            guard !label.contains("*") else { throw Fault("has a * that is not the whole first label") }
            labels.append(try ascii(label, isOnly: host.isEmpty))
        }
        guard labels.reduce(0, { $0 + $1.utf8.count + 1 }) <= 254 else { throw Fault("has a host that is too long") }
        return labels.joined(separator: ".")
    }

    /// In the shortest of its spellings.
    private static func address(_ text: String) throws(Fault) -> String {
        let shortest: String?
        do {
            shortest = try SocketAddress(ipAddress: text, port: 0).ipAddress
        } catch {
            shortest = nil
        }
        guard let shortest else { throw Fault("has no IPv6 address in its brackets") }
        return shortest
    }

    private static func ascii(_ label: Substring, isOnly: Bool) throws(Fault) -> String {
        guard !label.isEmpty || isOnly else { throw Fault("has an empty part in its host") }
        let isASCII = String(label).isASCII
        let text = isASCII ? String(label) : "xn--" + (Punycode.encode(label.lowercased()) ?? "")
        guard text.utf8.count <= 63, text != "xn--" else { throw Fault("has a part in its host that is too long") }
        guard text.utf8.allSatisfy({ isName($0) }) else { throw Fault("has a host that is no name") }
        return text
    }

    private static func isName(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
        case UInt8(ascii: "-"), UInt8(ascii: "_"): true
        default: false
        }
    }
}

/// The origins that a server knows: one look-up for most requests, two for those that only a `*` lets in.
public struct OriginList: Sendable, Hashable {
    private let exact: Set<ByteString>
    private let wildcards: Set<ByteString>

    init(_ patterns: [OriginPattern]) {
        exact = Set(patterns.filter { !$0.isWildcard }.map(\.canonical))
        wildcards = Set(patterns.filter(\.isWildcard).map(\.canonical))
    }

    /// - Parameter header: an `Origin`, as it was sent.
    func contains(_ header: ByteString) -> Bool {
        // Browsers send them as they are compared.
        if header.count <= OriginPattern.longest, exact.contains(header) { return true }
        guard let origin = OriginPattern(header: header) else { return false }
        if exact.contains(origin.canonical) { return true }
        return !wildcards.isEmpty && origin.widened.map { wildcards.contains($0) } ?? false
    }
}

/// Labels of hosts that are not ASCII, as the name system has them (RFC 3492).
enum Punycode {
    private static let base = 36, smallest = 1, largest = 26, skew = 38, damping = 700

    /// The code of a label, without its `xn--`; `nil` for one that no name could hold.
    static func encode(_ label: String) -> String? {
        let input = label.unicodeScalars.map { Int($0.value) }
        guard input.count <= 63 else { return nil }
        var output = input.filter { $0 < 0x80 }.map { UInt8($0) }
        let basic = output.count
        if basic > 0 { output.append(UInt8(ascii: "-")) }
        var (code, delta, bias, handled) = (0x80, 0, 72, basic)
        while handled < input.count {
            guard let next = input.filter({ $0 >= code }).min() else { return nil }
            delta += (next - code) * (handled + 1)
            code = next
            for scalar in input {
                if scalar < code { delta += 1 }
                guard scalar == code else { continue }
                append(delta, bias, to: &output)
                bias = adapted(delta, among: handled + 1, isFirst: handled == basic)
                delta = 0
                handled += 1
            }
            delta += 1
            code += 1
        }
        return String(decoding: output, as: UTF8.self)
    }

    /// A number of digits that tell where they end (section 6.3).
    private static func append(_ number: Int, _ bias: Int, to output: inout [UInt8]) {
        var (rest, position) = (number, base)
        while true {
            let threshold = min(max(position - bias, smallest), largest)
            guard rest >= threshold else { break }
            output.append(digit(threshold + (rest - threshold) % (base - threshold)))
            rest = (rest - threshold) / (base - threshold)
            position += base
        }
        output.append(digit(rest))
    }

    private static func digit(_ value: Int) -> UInt8 {
        UInt8(value < 26 ? Int(UInt8(ascii: "a")) + value : Int(UInt8(ascii: "0")) + value - 26)
    }

    /// Section 6.1.
    private static func adapted(_ delta: Int, among count: Int, isFirst: Bool) -> Int {
        var delta = isFirst ? delta / damping : delta / 2
        delta += delta / count
        var steps = 0
        while delta > (base - smallest) * largest / 2 {
            delta /= base - smallest
            steps += base
        }
        return steps + (base - smallest + 1) * delta / (delta + skew)
    }
}
