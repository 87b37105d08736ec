/// The query of a request, decoded as browsers write it (`application/x-www-form-urlencoded`). Of a name given twice
/// the last value counts.
public struct FormQuery: Sendable, Equatable {
    public struct Item: Sendable, Hashable {
        public var name: ByteString
        public var value: ByteString
    }

    /// Names and values in the order sent.
    public let items: [Item]

    /// - Parameters:
    ///   - raw: what stands after the question mark, as it was sent.
    ///   - plusIsSpace: as forms have it; not where people write addresses by hand.
    public init(_ raw: some StringProtocol, plusIsSpace: Bool = true) {
        items = raw.utf8.split(separator: UInt8(ascii: "&")).map { item in
            let parts = item.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            return Item(
                name: Self.decoded(parts[0], plusIsSpace),
                value: parts.count > 1 ? Self.decoded(parts[1], plusIsSpace) : "")
        }
    }

    public subscript(name: ByteString) -> ByteString? {
        items.last { $0.name == name }?.value
    }

    private static func decoded(_ text: some Collection<UInt8>, _ plusIsSpace: Bool) -> ByteString {
        ByteString(decoding: text).percentDecoded(plusIsSpace: plusIsSpace)
    }
}

extension ByteString {
    /// With each `%` and two digits as the byte they stand for; a `%` without them stays.
    public func percentDecoded(plusIsSpace: Bool = false) -> ByteString {
        let isPlain = !utf8.contains { $0 == UInt8(ascii: "%") || (plusIsSpace && $0 == UInt8(ascii: "+")) }
        if isPlain { return self }
        return withBytes { source in
            var bytes: [UInt8] = []
            bytes.reserveCapacity(source.count)
            var index = 0
            while index < source.count {
                let byte = source[index]
                index += 1
                if byte == UInt8(ascii: "%"), index + 1 < source.count, let high = source[index].hexadecimalDigit,
                    let low = source[index + 1].hexadecimalDigit
                {
                    bytes.append(high << 4 | low)
                    index += 2
                } else {
                    bytes.append(plusIsSpace && byte == UInt8(ascii: "+") ? UInt8(ascii: " ") : byte)
                }
            }
            return ByteString(decoding: bytes)
        }
    }

    /// With each `%` and two digits as the byte they stand for; `nil` where a `%` has none, or the bytes are no UTF-8.
    public var strictlyPercentDecoded: ByteString? {
        guard utf8.contains(UInt8(ascii: "%")) else { return self }
        return strictlyPercentDecodedBytes.flatMap { String(validating: $0, as: UTF8.self) }.map { ByteString($0) }
    }

    /// The bytes that it stands for, of whatever charset; `nil` where a `%` has no two digits.
    public var strictlyPercentDecodedBytes: [UInt8]? {
        withBytes { source in
            var bytes: [UInt8] = []
            bytes.reserveCapacity(source.count)
            var index = 0
            while index < source.count {
                guard source[index] == UInt8(ascii: "%") else {
                    bytes.append(source[index])
                    index += 1
                    continue
                }
                guard index + 2 < source.count, let high = source[index + 1].hexadecimalDigit,
                    let low = source[index + 2].hexadecimalDigit
                else { return nil }
                bytes.append(high << 4 | low)
                index += 3
            }
            return bytes
        }
    }
}
