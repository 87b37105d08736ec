public import ByteText
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
    /// A text has half a surrogate pair (`"\ud800"`), which no UTF-8 can say: the member of an argument that it is
    /// in, if it is in one.
    case brokenText(field: ByteString?)

    init?(_ parsed: JSONParser.Parsed) {
        switch parsed.flaw {
        case .tooDeep: self = .tooDeep
        case .tooManyValues: self = .tooManyValues
        case .numberTooLarge: self = .numberTooLarge
        case .halfSurrogatePair: self = .brokenText(field: parsed.flawedMember)
        case nil: return nil
        }
    }

    /// What of the event's object is wrong, where it is one member.
    public var field: ByteString? { if case .brokenText(let field) = self { field } else { nil } }

    /// A sentence for people.
    public var explanation: String {
        switch self {
        case .tooDeep: "The event's data nests too deep."
        case .tooManyValues: "The event's data has too many values."
        case .numberTooLarge: "A number in the event's data is too large."
        case .binary: "No event here takes binary data."
        case .brokenText: "A text in the event's data has half a surrogate pair."
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
