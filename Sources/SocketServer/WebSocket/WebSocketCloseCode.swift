/// A status code of a close frame (RFC 6455 section 7.4).
public struct WebSocketCloseCode: RawRepresentable, Sendable, Hashable {
    public let rawValue: UInt16

    public init(rawValue: UInt16) {
        self.rawValue = rawValue
    }

    public static let normal = Self(rawValue: 1000)
    public static let goingAway = Self(rawValue: 1001)
    public static let protocolError = Self(rawValue: 1002)
    public static let invalidPayload = Self(rawValue: 1007)
    public static let messageTooBig = Self(rawValue: 1009)

    /// Whether a peer may put it on the wire: those of the protocol and its registry, those of libraries (3000 to 3999)
    /// and those of applications (4000 to 4999).
    public var isAllowedOnTheWire: Bool {
        switch rawValue {
        case 1000...1003, 1007...1014, 3000...4999: true
        default: false
        }
    }
}
