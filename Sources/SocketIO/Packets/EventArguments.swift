public import JSON

/// What came with an event after its name. Nothing is made of it before somebody asks: who knows which fields an event
/// has reads them where they lie (``first``), everybody else takes ``values``.
public struct EventArguments: Sendable {
    private enum Storage: Sendable {
        case made([JSONValue])
        /// An array with the event's name in front.
        case text(JSONDocument)
    }

    private let storage: Storage

    public init(_ values: [JSONValue]) { storage = .made(values) }

    init(behindNameOf document: JSONDocument) { storage = .text(document) }

    /// All of them.
    public var values: [JSONValue] {
        switch storage {
        case .made(let values): values
        case .text(let document): document.root.elements.dropFirst().map(\.value)
        }
    }

    /// The first of them, where it lies.
    package var first: JSONView? {
        switch storage {
        case .made(let values): values.first.flatMap { JSONView($0) }
        case .text(let document): document.root.second
        }
    }
}

extension EventArguments: Hashable {
    public static func == (left: Self, right: Self) -> Bool { left.values == right.values }
    public func hash(into hasher: inout Hasher) { hasher.combine(values) }
}

extension EventArguments: ExpressibleByArrayLiteral {
    public init(arrayLiteral elements: JSONValue...) { self.init(elements) }
}
