public import JSON
import NIOCore

/// What came with an event after its name. Nothing is made of it before somebody asks: who knows which fields an event
/// has reads them where they lie (``first``), everybody else takes ``values``.
public struct EventArguments: Sendable {
    private enum Storage: Sendable {
        case made([JSONValue])
        /// An array with the event's name in front.
        case text(JSONDocument)
        /// One argument, which is all of the text.
        case alone(JSONDocument)
    }

    private let storage: Storage

    private init(_ storage: Storage) { self.storage = storage }

    public init(_ values: [JSONValue]) { storage = .made(values) }

    init(behindNameOf document: JSONDocument) { storage = .text(document) }

    /// What comes by another way than a packet, in the same text and held to the same limits.
    ///
    /// - Parameter body: one value; empty: no argument.
    /// - Throws: ``EventBodyFault``.
    package init(body: ByteBuffer, limits: EventLimits) throws(EventBodyFault) {
        guard body.readableBytes > 0 else {
            self.init([])
            return
        }
        let parsed: JSONParser.Parsed
        do throws(JSONParser.Failure) {
            parsed = try JSONParser.parse(body, .steppingOver(maxValues: limits.maxValues))
        } catch {
            throw .noJSON
        }
        if let flaw = EventFlaw(parsed) { throw .flaw(flaw) }
        self.init(.alone(parsed.document))
    }

    /// All of them.
    public var values: [JSONValue] {
        switch storage {
        case .made(let values): values
        case .text(let document): document.root.elements.dropFirst().map(\.value)
        case .alone(let document): [document.root.value]
        }
    }

    /// The first of them, where it lies.
    package var first: JSONView? {
        switch storage {
        case .made(let values): values.first.flatMap { JSONView($0) }
        case .text(let document): document.root.second
        case .alone(let document): document.root
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

/// Why no event was made of a body.
package enum EventBodyFault: Error, Hashable {
    case noJSON
    case flaw(EventFlaw)
}
