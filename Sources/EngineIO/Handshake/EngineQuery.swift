/// The query of a request, decoded as browsers write it (`application/x-www-form-urlencoded`). Of a name given twice
/// the last value counts.
public struct EngineQuery: Sendable, Equatable {
    /// Names and values in the order sent.
    public let items: [(name: String, value: String)]

    public init(_ raw: some StringProtocol) {
        items = raw.utf8.split(separator: UInt8(ascii: "&")).map { item in
            let parts = item.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            return (Self.decode(parts[0]), parts.count > 1 ? Self.decode(parts[1]) : "")
        }
    }

    public subscript(name: String) -> String? {
        items.last { $0.name == name }?.value
    }

    public static func == (left: Self, right: Self) -> Bool {
        left.items.elementsEqual(right.items) { $0 == $1 }
    }

    private static func decode(_ text: some Collection<UInt8>) -> String {
        let isPlain = !text.contains { $0 == UInt8(ascii: "%") || $0 == UInt8(ascii: "+") }
        if isPlain { return String(decoding: text, as: UTF8.self) }
        var bytes: [UInt8] = []
        var iterator = Array(text)[...]
        while let byte = iterator.popFirst() {
            switch byte {
            case UInt8(ascii: "+"):
                bytes.append(UInt8(ascii: " "))
            case UInt8(ascii: "%"):
                if let high = iterator.first?.hexDigit, let low = iterator.dropFirst().first?.hexDigit {
                    bytes.append(high << 4 | low)
                    iterator = iterator.dropFirst(2)
                } else {
                    bytes.append(byte)
                }
            default:
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

extension UInt8 {
    fileprivate var hexDigit: UInt8? {
        switch self {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): self - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): self - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): self - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
