import NIOHTTP1

/// What RFC 9112 has a server refuse and the decoder lets through.
extension HTTPRequestHead {
    /// Brings the target into origin form, and finds what is wrong with the head.
    ///
    /// - An HTTP/1.1 request names exactly one host, and a well-formed one (section 3.2).
    /// - A target is a path, or an absolute one whose authority then is the host (section 3.2.2), or `*` of `OPTIONS`.
    /// - A body has one length: `chunked` alone, and only in HTTP/1.1 (sections 6.1 and 6.3). Another coding before it
    ///   would be handed on as if it were the body.
    ///
    /// - Returns: what to answer instead of an answer; the connection ends with it, for where the next request begins
    ///   may be in doubt.
    mutating func settle() -> HTTPResponseStatus? {
        var hosts = 0
        var codings = 0
        for (name, value) in headers {
            switch name.utf8.count {
            case 4 where name.utf8.equalsLowered("host".utf8):
                hosts += 1
                guard Self.isHost(value.utf8) else { return .badRequest }
            case 17 where name.utf8.equalsLowered("transfer-encoding".utf8):
                codings += 1
                guard speaksHTTP11 else { return .badRequest }
                guard value.utf8.equalsLowered("chunked".utf8) else { return .notImplemented }
            default: break
            }
        }
        guard hosts == 1 || (hosts == 0 && !speaksHTTP11), codings <= 1 else { return .badRequest }
        if codings > 0, headers.contains(name: "content-length") { return .badRequest }
        if method == .CONNECT { return .notImplemented }
        guard uri.utf8.first != UInt8(ascii: "/") else { return nil }
        if isAboutServer { return nil }
        return takeAbsoluteTarget() ? nil : .badRequest
    }

    /// `OPTIONS *`: it asks about the server, not about anything on it (RFC 9110 section 9.3.7).
    var isAboutServer: Bool {
        method == .OPTIONS && uri.utf8.elementsEqual("*".utf8)
    }

    private mutating func takeAbsoluteTarget() -> Bool {
        let text = uri.utf8
        let scheme = text.prefix { $0 != UInt8(ascii: ":") }
        guard scheme.equalsLowered("http".utf8) || scheme.equalsLowered("https".utf8) else { return false }
        var rest = text[scheme.endIndex...]
        guard rest.starts(with: "://".utf8) else { return false }
        rest = rest.dropFirst(3)
        let authority = rest.prefix { $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: "?") }
        guard !authority.isEmpty, Self.isHost(authority) else { return false }
        let path = rest[authority.endIndex...]
        let host = String(Substring(authority))
        let target = String(Substring(path))
        uri = path.first == UInt8(ascii: "/") ? target : "/" + target
        headers.replaceOrAdd(name: "Host", value: host)
        return true
    }

    /// Whether these bytes may be a host with its port (RFC 3986 section 3.2; without a user, RFC 9110 section 4.2.4).
    private static func isHost(_ bytes: some Sequence<UInt8>) -> Bool {
        bytes.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
            case UInt8(ascii: "0")...UInt8(ascii: ":"): true
            case UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "~"): true
            case UInt8(ascii: "["), UInt8(ascii: "]"), UInt8(ascii: "%"): true
            case UInt8(ascii: "!"), UInt8(ascii: "$"), UInt8(ascii: "&"), UInt8(ascii: "'"): true
            case UInt8(ascii: "("), UInt8(ascii: ")"), UInt8(ascii: "*"), UInt8(ascii: "+"): true
            case UInt8(ascii: ";"), UInt8(ascii: "="): true
            default: false
            }
        }
    }
}
