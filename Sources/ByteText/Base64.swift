/// Base64 (RFC 4648) with either alphabet.
///
/// The work is done over plain memory: bodies of long polling pass here a megabyte at a time, also in debug builds.
public struct Base64: Sendable {
    /// Section 4, with padding. As Engine.IO clients need it, padding may be missing in what is read.
    public static let standard = Base64("+/", isPadded: true)

    /// Section 5, without padding, as JWTs use it (RFC 7515 section 2). Strict: what padding, another alphabet, or bits
    /// that are left over would make ambiguous is refused, so that one token has one spelling.
    public static let url = Base64("-_", isPadded: false)

    /// The 64 characters, by value.
    public let alphabet: [UInt8]
    /// The value of each byte; 255 for those outside of the alphabet.
    private let values: [UInt8]
    private let isPadded: Bool

    private static let invalid: UInt8 = 0xFF

    private init(_ last: StaticString, isPadded: Bool) {
        let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789".utf8)
        alphabet = letters + [last.utf8Start[0], last.utf8Start[1]]
        var values = [UInt8](repeating: Self.invalid, count: 256)
        for (value, character) in alphabet.enumerated() { values[Int(character)] = UInt8(value) }
        self.values = values
        self.isPadded = isPadded
    }

    // MARK: Writing

    /// How many characters `count` bytes take.
    public func encodedLength(_ count: Int) -> Int { isPadded ? (count + 2) / 3 * 4 : (count * 4 + 2) / 3 }

    /// The text of `bytes`.
    public func encode(_ bytes: some Collection<UInt8>) -> String {
        String(unsafeUninitializedCapacity: encodedLength(bytes.count)) { target in
            let target = UnsafeMutableRawBufferPointer(target)
            let count = bytes.withContiguousStorageIfAvailable { encode(UnsafeRawBufferPointer($0), into: target) }
            return count ?? Array(bytes).withUnsafeBytes { encode($0, into: target) }
        }
    }

    /// Writes the text of `bytes` to the front of `target`.
    ///
    /// - Parameter target: at least ``encodedLength(_:)`` bytes.
    /// - Returns: how many were written: just as many.
    public func encode(_ bytes: UnsafeRawBufferPointer, into target: UnsafeMutableRawBufferPointer) -> Int {
        let length = encodedLength(bytes.count)
        precondition(target.count >= length, "Base64 needs \(length) bytes.")
        guard let output = target.baseAddress?.assumingMemoryBound(to: UInt8.self),
            let input = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), length > 0
        else { return 0 }
        alphabet.withUnsafeBufferPointer { alphabet in
            var (from, to) = (0, 0)
            while from + 3 <= bytes.count {
                let group = UInt32(input[from]) << 16 | UInt32(input[from + 1]) << 8 | UInt32(input[from + 2])
                output[to] = alphabet[Int(group >> 18)]
                output[to + 1] = alphabet[Int(group >> 12 & 63)]
                output[to + 2] = alphabet[Int(group >> 6 & 63)]
                output[to + 3] = alphabet[Int(group & 63)]
                from += 3
                to += 4
            }
            let left = bytes.count - from
            guard left > 0 else { return }
            let group = UInt32(input[from]) << 16 | (left > 1 ? UInt32(input[from + 1]) << 8 : 0)
            output[to] = alphabet[Int(group >> 18)]
            output[to + 1] = alphabet[Int(group >> 12 & 63)]
            if left > 1 { output[to + 2] = alphabet[Int(group >> 6 & 63)] }
            guard isPadded else { return }
            if left == 1 { output[to + 2] = UInt8(ascii: "=") }
            output[to + 3] = UInt8(ascii: "=")
        }
        return length
    }

    // MARK: Reading

    /// The most bytes that so many characters stand for.
    public func decodedLength(_ count: Int) -> Int { (count * 3 + 3) / 4 }

    /// The bytes of `text`; `nil` unless it is base64 of this kind.
    public func decode(_ text: some Collection<UInt8>) -> [UInt8]? {
        var isValid = false
        let bytes = [UInt8](unsafeUninitializedCapacity: decodedLength(text.count)) { target, count in
            let target = UnsafeMutableRawBufferPointer(target)
            let decoded =
                text.withContiguousStorageIfAvailable { decode(UnsafeRawBufferPointer($0), into: target) }
                ?? Array(text).withUnsafeBytes { decode($0, into: target) }
            isValid = decoded != nil
            count = decoded ?? 0
        }
        return isValid ? bytes : nil
    }

    /// Writes the bytes of `text` to the front of `target`.
    ///
    /// - Parameter target: at least ``decodedLength(_:)`` bytes.
    /// - Returns: how many were written; `nil` unless `text` is base64 of this kind.
    public func decode(_ text: UnsafeRawBufferPointer, into target: UnsafeMutableRawBufferPointer) -> Int? {
        precondition(target.count >= decodedLength(text.count), "Base64 needs \(decodedLength(text.count)) bytes.")
        var count = text.count
        if isPadded {
            while count > 0, text.count - count < 2, text[count - 1] == UInt8(ascii: "=") { count -= 1 }
            guard count == text.count || text.count % 4 == 0 else { return nil }
        }
        guard count % 4 != 1 else { return nil }
        guard let input = text.baseAddress?.assumingMemoryBound(to: UInt8.self),
            let output = target.baseAddress?.assumingMemoryBound(to: UInt8.self)
        else { return 0 }
        return values.withUnsafeBufferPointer { decode(input, count, into: output, $0) }
    }

    private func decode(
        _ input: UnsafePointer<UInt8>, _ count: Int, into output: UnsafeMutablePointer<UInt8>,
        _ values: UnsafeBufferPointer<UInt8>
    ) -> Int? {
        var (from, to) = (0, 0)
        while from + 4 <= count {
            let (a, b) = (values[Int(input[from])], values[Int(input[from + 1])])
            let (c, d) = (values[Int(input[from + 2])], values[Int(input[from + 3])])
            guard a | b | c | d < 64 else { return nil }
            output[to] = a << 2 | b >> 4
            output[to + 1] = b << 4 | c >> 2
            output[to + 2] = c << 6 | d
            from += 4
            to += 3
        }
        guard from < count else { return to }
        let (a, b) = (values[Int(input[from])], values[Int(input[from + 1])])
        let c = from + 2 < count ? values[Int(input[from + 2])] : 0
        guard a | b | c < 64 else { return nil }
        output[to] = a << 2 | b >> 4
        to += 1
        var leftOver = b << 4
        if from + 2 < count {
            output[to] = b << 4 | c >> 2
            to += 1
            leftOver = c << 6
        }
        return isPadded || leftOver == 0 ? to : nil
    }
}
