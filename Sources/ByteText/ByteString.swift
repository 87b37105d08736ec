/// Text as the bytes it came in: equal, hashed and ordered byte by byte.
///
/// `String` compares and hashes by canonical equivalence, which has to put runs of combining marks in order first, and
/// that takes quadratic time: half a second for 40 KB of them, before anybody asked how long the text is. So whatever a
/// stranger may choose (names of events and namespaces, members of objects, ids, tokens, queries, headers) is one of
/// these until it was bounded and its meaning is known. Everything here takes time linear in the bytes, at most.
///
/// It wraps a native string, so that making one of the other costs nothing: short ones are not allocated, longer ones
/// share their bytes.
public struct ByteString: Sendable {
    /// The same text. Whoever compares, hashes, splits or trims it by characters has seen to its length before.
    public let string: String

    @inlinable
    public init(_ string: String) {
        var string = string
        string.makeContiguousUTF8()
        self.string = string
    }

    public init(_ text: Substring) { self.init(String(text)) }

    /// What is no UTF-8 in the bytes becomes U+FFFD.
    @inlinable
    public init(decoding bytes: some Collection<UInt8>) { string = String(decoding: bytes, as: UTF8.self) }

    /// As the one above, of bytes that lie side by side: what packets are mostly made of. Not generic,
    /// so that no other module finds out anew, each time, what a collection of bytes is.
    public init(decoding bytes: UnsafeRawBufferPointer) {
        string = bytes.withMemoryRebound(to: UInt8.self) { String(decoding: $0, as: UTF8.self) }
    }

    /// Bytes of UTF-8.
    @inlinable public var count: Int { string.utf8.count }
    public var isEmpty: Bool { string.utf8.isEmpty }
    /// The bytes, as a collection: to search and split by values of bytes is linear.
    public var utf8: String.UTF8View { string.utf8 }

    /// The bytes, side by side, as long as `body` runs.
    @inlinable
    public func withBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
        let result = try string.utf8.withContiguousStorageIfAvailable { try body(UnsafeRawBufferPointer($0)) }
        if let result { return result }
        // No string of this platform lies in parts, and `init` has seen to those of others.
        return try Array(string.utf8).withUnsafeBytes(body)
    }

    /// At most so many bytes from the beginning, and only whole scalars: what an error or the log shows of a name.
    public func prefix(atMost limit: Int) -> ByteString {
        guard count > limit else { return self }
        var end = string.utf8.index(string.utf8.startIndex, offsetBy: max(limit, 0))
        // The middle of a scalar: at most three bytes to go back.
        while end > string.utf8.startIndex, string.utf8[end] & 0xC0 == 0x80 { end = string.utf8.index(before: end) }
        return ByteString(decoding: string.utf8[..<end])
    }
}

extension ByteString: Hashable {
    @inlinable
    public static func == (left: ByteString, right: ByteString) -> Bool {
        left.count == right.count && left.withBytes { left in right.withBytes { Bytes.areEqual(left, $0) } }
    }

    @inlinable
    public func hash(into hasher: inout Hasher) {
        withBytes { hasher.combine(bytes: $0) }
        // No byte of UTF-8: texts that follow one another are told apart.
        hasher.combine(0xFF as UInt8)
    }
}

extension ByteString: Comparable {
    public static func < (left: ByteString, right: ByteString) -> Bool {
        left.withBytes { left in right.withBytes { left.lexicographicallyPrecedes($0) } }
    }
}

extension ByteString: ExpressibleByStringLiteral, ExpressibleByStringInterpolation {
    public init(stringLiteral value: String) { self.init(value) }
}

extension ByteString: CustomStringConvertible {
    public var description: String { string }
}
