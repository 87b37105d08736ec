import ByteText
public import NIOHTTP1

/// Which web pages may use the server (Fetch standard, "HTTP extensions").
public enum CORSPolicy: Sendable, Hashable {
    /// Every page, without credentials: `Access-Control-Allow-Origin: *`.
    case any
    /// The pages of these origins, with credentials.
    case origins(OriginList)

    /// - Parameter origins: as an operator writes them; `*` among them, or none, is ``any``.
    /// - Throws: ``OriginPattern/Fault`` for one that no page could have.
    public init(origins: [String]) throws(OriginPattern.Fault) {
        guard !origins.isEmpty, !origins.map({ ByteString($0) }).contains("*") else {
            self = .any
            return
        }
        var patterns: [OriginPattern] = []
        for origin in origins { patterns.append(try OriginPattern(origin)) }
        self.init(origins: patterns)
    }

    /// - Parameter origins: none is ``any``.
    public init(origins: [OriginPattern]) {
        self = origins.isEmpty ? .any : .origins(OriginList(origins))
    }

    /// Whether a request from a page of `origin` is welcome; one without an `Origin` is no page's.
    public func allows(origin: String?) -> Bool {
        guard case .origins(let listed) = self, let origin else { return true }
        return listed.contains(ByteString(origin))
    }

    /// Adds the headers of a response to `request`.
    public func apply(to headers: inout HTTPHeaders, for request: HTTPHeaders) {
        switch self {
        case .any:
            headers.replaceOrAdd(name: "Access-Control-Allow-Origin", value: "*")
        case .origins:
            headers.add(name: "Vary", value: "Origin")
            guard let origin = request.first(name: "origin"), allows(origin: origin) else { return }
            headers.replaceOrAdd(name: "Access-Control-Allow-Origin", value: origin)
            headers.replaceOrAdd(name: "Access-Control-Allow-Credentials", value: "true")
        }
    }

    /// The headers of the answer to a preflight (`OPTIONS`), whose status is 204.
    public func preflight(for request: HTTPHeaders, methods: String) -> HTTPHeaders {
        var headers = HTTPHeaders()
        apply(to: &headers, for: request)
        headers.add(name: "Access-Control-Allow-Methods", value: methods)
        headers.add(name: "Vary", value: "Access-Control-Request-Headers")
        if let wanted = request.first(name: "access-control-request-headers") {
            headers.add(name: "Access-Control-Allow-Headers", value: wanted)
        }
        headers.add(name: "Access-Control-Max-Age", value: "7200")
        return headers
    }
}
