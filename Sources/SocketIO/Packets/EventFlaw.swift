import JSON

/// Why the arguments of a well-formed event were not made. Its name and ack id stand.
public enum EventFlaw: Sendable, Hashable {
    /// Arrays and objects nest deeper than 64.
    case tooDeep
    /// More values than ``EventLimits/maxValues``.
    case tooManyValues
    /// A number is too large for a double (RFC 8259 section 6 leaves its range to the reader).
    case numberTooLarge
    /// It brought binary attachments where none are taken.
    case binary

    init(_ flaw: JSONParser.Flaw) {
        self =
            switch flaw {
            case .tooDeep: .tooDeep
            case .tooManyValues: .tooManyValues
            case .numberTooLarge: .numberTooLarge
            }
    }

    /// A sentence for people.
    public var explanation: String {
        switch self {
        case .tooDeep: "The event's data nests too deep."
        case .tooManyValues: "The event's data has too many values."
        case .numberTooLarge: "A number in the event's data is too large."
        case .binary: "No event here takes binary data."
        }
    }
}

/// What the events of one socket may bring. What passes it is not kept, and no fault of the connection: the handler
/// hears ``SocketHandler/socket(_:didReceiveUnusable:because:ackID:)``.
public struct EventLimits: Sendable {
    /// Whether binary attachments are kept; otherwise they are dropped as they come.
    public var takesBinary = true
    /// JSON values of one event, those in arrays and objects included: each is made, and that costs time and memory.
    public var maxValues = Int.max

    public init() {}
}
