/// Which paths are a route's: fixed parts, compared byte by byte, and free ones.
struct RoutePattern: Sendable {
    private enum Part: Sendable {
        case fixed(String)
        case free(name: String)
    }

    /// As it was declared: `/admin/users/{id}`.
    let text: String
    private let parts: [Part]
    /// Whether everything below is meant as well.
    let takesRest: Bool

    /// - Parameter text: parts between slashes, `{name}` where one is free; `/**` at the end for everything below.
    init(_ text: String) {
        self.text = text
        var pieces = text.split(separator: "/")
        takesRest = pieces.last == "**"
        if takesRest { pieces.removeLast() }
        parts = pieces.map { piece in
            piece.hasPrefix("{") ? .free(name: String(piece.dropFirst().dropLast())) : .fixed(String(piece))
        }
    }

    /// What stands in the free parts of `path`; `nil` when it is not one of this pattern's.
    func match(_ path: RequestPath) -> PathParameters? {
        let segments = path.segments
        guard takesRest ? segments.count >= parts.count : segments.count == parts.count else { return nil }
        var parameters = PathParameters()
        for (part, segment) in zip(parts, segments) {
            switch part {
            case .fixed(let text):
                guard segment.elementsEqual(text.utf8) else { return nil }
            case .free(let name):
                parameters.add(name, segment)
            }
        }
        return parameters
    }
}
