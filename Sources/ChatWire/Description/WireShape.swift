/// What a value on the wire is. Of these the TypeScript declarations and the AsyncAPI description are made.
package indirect enum WireShape: Sendable, Hashable {
    case string
    case integer
    case boolean
    /// RFC 3339, UTC, with milliseconds.
    case time
    /// One of these strings.
    case choice([String])
    case array(WireShape)
    /// An object with members of any names.
    case map(WireShape)
    case object([WireField])
    /// An object with a name of its own.
    case named(WireObject)
    case nullable(WireShape)
}

/// A member of an object.
package struct WireField: Sendable, Hashable {
    package let name: String
    package let shape: WireShape
    /// Whether it is left out where it does not apply.
    package let isOptional: Bool
    package let note: String?

    /// A member that is always there.
    package static func always(_ name: String, _ shape: WireShape, _ note: String? = nil) -> WireField {
        WireField(name: name, shape: shape, isOptional: false, note: note)
    }

    package static func optional(_ name: String, _ shape: WireShape, _ note: String? = nil) -> WireField {
        WireField(name: name, shape: shape, isOptional: true, note: note)
    }

    package static let chatID = always("chatId", .string)
    package static let messageID = always("messageId", .string)
    package static let userID = always("userId", .string)
    /// The `after` of a page.
    package static let after = optional("after", .string, "The next of the page before.")
    /// The `next` of a page.
    package static let next = always("next", .nullable(.string), "Where the next page begins; null at the end.")

    package static func limit(_ range: ClosedRange<Int>, default otherwise: Int) -> WireField {
        optional("limit", .integer, "\(range.lowerBound)-\(range.upperBound); \(otherwise) if left out.")
    }
}
