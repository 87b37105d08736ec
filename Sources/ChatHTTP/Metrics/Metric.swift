/// One figure that another part of the appliance gives to `/metrics`.
public struct Metric: Sendable, Hashable {
    public enum Kind: String, Sendable {
        case counter, gauge
    }

    public var name: String
    public var kind: Kind
    /// One sentence.
    public var help: String
    public var value: Double

    public init(_ name: String, _ kind: Kind, _ help: String, _ value: Double) {
        self.name = name
        self.kind = kind
        self.help = help
        self.value = value
    }
}
