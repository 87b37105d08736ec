import ByteText
import NIOCore

/// Reads JSON text (RFC 8259) from bytes: no trailing comma, no comment, nothing after the one value. Written here
/// because the events of a chat are small and many: Foundation's decoder costs several times as much for a hundred
/// bytes.
///
/// What RFC 8259 leaves to the reader is said by ``Options``: what becomes of bytes that are no UTF-8 and of half a
/// surrogate pair, and of text that goes past a bound.
public struct JSONParser {
    /// The text is not exactly one JSON value, or goes past a bound that refuses it.
    public struct Failure: Error {
        public init() {}
    }

    /// How text is read.
    public struct Options: Sendable {
        /// How deep arrays and objects may stand in one another, at most; deeper text is never recursed into.
        public static let maxDepth = 64

        /// As ``maxDepth``, for this text.
        public var maxDepth = Options.maxDepth
        /// Values that are made of it, those in arrays and objects included.
        public var maxValues = Int.max
        /// Whether text is refused that is no UTF-8 or has half a surrogate pair (RFC 8259 section 8). Otherwise both
        /// become U+FFFD.
        public var isStrict = false
        /// Whether what is too deep, too large a number or past ``maxValues`` is checked for its form and stepped over,
        /// for senders who may not know our bounds. Otherwise it is refused.
        public var stepsOver = false

        public init() {}

        /// Nobody can read another text than we do: what is no UTF-8 or half a pair is refused.
        public static func strict(maxDepth: Int = Options.maxDepth) -> Options {
            var options = Options()
            options.isStrict = true
            options.maxDepth = maxDepth
            return options
        }

        /// Refused only if it is no JSON at all.
        public static func steppingOver(maxValues: Int) -> Options {
            var options = Options()
            options.maxValues = maxValues
            options.stepsOver = true
            return options
        }
    }

    /// Why not all of a text was made.
    public enum Flaw: Sendable, Hashable {
        case tooDeep
        case tooManyValues
        /// Too large for a double (RFC 8259 section 6 leaves its range to the reader).
        case numberTooLarge
    }

    /// What came of a text that may be more than is wanted.
    public struct Parsed {
        /// Without what was too deep, too large or too much, in whose place stands null, or nothing.
        public let value: JSONValue
        /// Values that were made.
        public let count: Int
        /// Values that were stepped over instead.
        public let skipped: Int
        /// Why some were not; `nil` unless ``Options/stepsOver``.
        public let flaw: Flaw?
    }

    private let bytes: UnsafeRawBufferPointer
    private let options: Options
    private var position = 0
    /// Values made so far.
    private var count = 0
    private var skipped = 0
    private var flaw: Flaw?
    /// Whether as many values were made as may be, and there are more: nothing is added any more.
    private var isFull = false

    private init(_ bytes: UnsafeRawBufferPointer, _ options: Options) {
        self.bytes = bytes
        self.options = options
    }

    /// The one value that `buffer`'s readable bytes are.
    public static func parse(_ buffer: ByteBuffer, _ options: Options = Options()) throws(Failure) -> Parsed {
        let result: Result<Parsed, Failure> = buffer.withUnsafeReadableBytes { bytes in
            do throws(Failure) {
                return .success(try parse(bytes, options))
            } catch {
                return .failure(error)
            }
        }
        return try result.get()
    }

    /// The one value that `bytes` are.
    public static func parse(_ bytes: UnsafeRawBufferPointer, _ options: Options) throws(Failure) -> Parsed {
        var parser = JSONParser(bytes, options)
        let value = try parser.value(depth: 0)
        parser.skipSpace()
        guard parser.position == bytes.count else { throw Failure() }
        return Parsed(value: value, count: parser.count, skipped: parser.skipped, flaw: parser.flaw)
    }

    private mutating func skipSpace() {
        while position < bytes.count {
            switch bytes[position] {
            case 0x20, 0x0A, 0x0D, 0x09: position += 1
            default: return
            }
        }
    }

    private mutating func next() throws(Failure) -> UInt8 {
        guard position < bytes.count else { throw Failure() }
        defer { position += 1 }
        return bytes[position]
    }

    private mutating func value(depth: Int) throws(Failure) -> JSONValue {
        let isTooDeep = depth >= options.maxDepth
        if isTooDeep || count >= options.maxValues { return try stepOver(isTooDeep: isTooDeep) }
        count += 1
        skipSpace()
        guard position < bytes.count else { throw Failure() }
        switch bytes[position] {
        case UInt8(ascii: "\""):
            position += 1
            return .string(try string())
        case UInt8(ascii: "{"):
            position += 1
            return .object(try object(depth: depth + 1))
        case UInt8(ascii: "["):
            position += 1
            return .array(try array(depth: depth + 1))
        case UInt8(ascii: "t"):
            try literal("true")
            return .bool(true)
        case UInt8(ascii: "f"):
            try literal("false")
            return .bool(false)
        case UInt8(ascii: "n"):
            try literal("null")
            return .null
        default:
            return try number()
        }
    }

    /// A value that is not made.
    private mutating func stepOver(isTooDeep: Bool) throws(Failure) -> JSONValue {
        guard options.stepsOver else { throw Failure() }
        flaw = flaw ?? (isTooDeep ? .tooDeep : .tooManyValues)
        isFull = count >= options.maxValues
        var skipper = JSONSkipper(bytes, at: position)
        try skipper.skipValue()
        skipped += skipper.count
        position = skipper.position
        return .null
    }

    /// The rest of an array or object of which nothing more is made.
    private mutating func stepOverRest(until bracket: UInt8) throws(Failure) {
        var skipper = JSONSkipper(bytes, at: position)
        try skipper.skipRest(until: bracket)
        skipped += skipper.count
        position = skipper.position
    }

    private mutating func literal(_ text: StaticString) throws(Failure) {
        let count = text.utf8CodeUnitCount
        guard position + count <= bytes.count else { throw Failure() }
        for offset in 0..<count where bytes[position + offset] != text.utf8Start[offset] { throw Failure() }
        position += count
    }

    private mutating func array(depth: Int) throws(Failure) -> [JSONValue] {
        var values: [JSONValue] = []
        skipSpace()
        if position < bytes.count, bytes[position] == UInt8(ascii: "]") {
            position += 1
            return values
        }
        while true {
            let value = try value(depth: depth)
            if !isFull { values.append(value) }
            skipSpace()
            switch try next() {
            case UInt8(ascii: ","):
                if isFull {
                    try stepOverRest(until: UInt8(ascii: "]"))
                    return values
                }
            case UInt8(ascii: "]"): return values
            default: throw Failure()
            }
        }
    }

    private mutating func object(depth: Int) throws(Failure) -> JSONObject {
        var object = JSONObject()
        skipSpace()
        if position < bytes.count, bytes[position] == UInt8(ascii: "}") {
            position += 1
            return object
        }
        object.members.reserveCapacity(4)
        while true {
            skipSpace()
            guard try next() == UInt8(ascii: "\"") else { throw Failure() }
            let name = try string()
            skipSpace()
            guard try next() == UInt8(ascii: ":") else { throw Failure() }
            let value = try value(depth: depth)
            if !isFull { object.members.append(JSONObject.Member(name: name, value: value)) }
            skipSpace()
            switch try next() {
            case UInt8(ascii: ","):
                if isFull {
                    try stepOverRest(until: UInt8(ascii: "}"))
                    return object
                }
            case UInt8(ascii: "}"): return object
            default: throw Failure()
            }
        }
    }

    /// The rest of a string whose opening quote was read.
    private mutating func string() throws(Failure) -> ByteString {
        let start = position
        // Eight bytes at a time, as long as all of them are plain.
        while position + 8 <= bytes.count,
            !JSONText.needsEscape(bytes.loadUnaligned(fromByteOffset: position, as: UInt64.self))
        {
            position += 8
        }
        while position < bytes.count {
            let byte = bytes[position]
            if byte == UInt8(ascii: "\"") {
                let text = try text(bytes[start..<position])
                position += 1
                return text
            }
            if byte == UInt8(ascii: "\\") { return try escapedString(from: start) }
            guard byte >= 0x20 else { throw Failure() }
            position += 1
        }
        throw Failure()
    }

    private func text(_ bytes: some Collection<UInt8>) throws(Failure) -> ByteString {
        guard options.isStrict else { return ByteString(decoding: bytes) }
        guard let text = String(validating: bytes, as: UTF8.self) else { throw Failure() }
        return ByteString(text)
    }

    private mutating func escapedString(from start: Int) throws(Failure) -> ByteString {
        var text = [UInt8](bytes[start..<position])
        while true {
            let byte = try next()
            switch byte {
            case UInt8(ascii: "\""): return try self.text(text)
            case UInt8(ascii: "\\"): try escape(into: &text)
            case ..<0x20: throw Failure()
            default: text.append(byte)
            }
        }
    }

    private mutating func escape(into text: inout [UInt8]) throws(Failure) {
        switch try next() {
        case UInt8(ascii: "\""): text.append(UInt8(ascii: "\""))
        case UInt8(ascii: "\\"): text.append(UInt8(ascii: "\\"))
        case UInt8(ascii: "/"): text.append(UInt8(ascii: "/"))
        case UInt8(ascii: "b"): text.append(0x08)
        case UInt8(ascii: "f"): text.append(0x0C)
        case UInt8(ascii: "n"): text.append(0x0A)
        case UInt8(ascii: "r"): text.append(0x0D)
        case UInt8(ascii: "t"): text.append(0x09)
        case UInt8(ascii: "u"): text.append(contentsOf: String(try unicodeEscape()).utf8)
        default: throw Failure()
        }
    }

    /// The scalar of a `\u` escape, its second half included where it is a surrogate pair.
    private mutating func unicodeEscape() throws(Failure) -> Unicode.Scalar {
        let first = try hexQuad()
        if let scalar = Unicode.Scalar(first) { return scalar }
        let mark = position
        let isHighHalf = (0xD800..<0xDC00).contains(first)
        let pairFollows =
            position + 6 <= bytes.count && bytes[position] == UInt8(ascii: "\\")
            && bytes[position + 1] == UInt8(ascii: "u")
        if isHighHalf, pairFollows {
            position += 2
            let second = try hexQuad()
            if (0xDC00..<0xE000).contains(second),
                let scalar = Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
            {
                return scalar
            }
        }
        guard !options.isStrict else { throw Failure() }
        position = mark
        return "\u{FFFD}"
    }

    private mutating func hexQuad() throws(Failure) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<4 {
            guard let digit = try next().hexadecimalDigit else { throw Failure() }
            value = value << 4 | UInt32(digit)
        }
        return value
    }

    private mutating func number() throws(Failure) -> JSONValue {
        let start = position
        if position < bytes.count, bytes[position] == UInt8(ascii: "-") { position += 1 }
        let firstDigit = position
        let digits = skipDigits()
        guard digits > 0, digits == 1 || bytes[firstDigit] != UInt8(ascii: "0") else { throw Failure() }
        var isInteger = true
        if position < bytes.count, bytes[position] == UInt8(ascii: ".") {
            isInteger = false
            position += 1
            guard skipDigits() > 0 else { throw Failure() }
        }
        if position < bytes.count, bytes[position] | 0x20 == UInt8(ascii: "e") {
            isInteger = false
            position += 1
            if position < bytes.count, bytes[position] == UInt8(ascii: "+") || bytes[position] == UInt8(ascii: "-") {
                position += 1
            }
            guard skipDigits() > 0 else { throw Failure() }
        }
        let text = String(decoding: bytes[start..<position], as: UTF8.self)
        // -0 is no integer.
        let isNegative = bytes[start] == UInt8(ascii: "-")
        if isInteger, let value = Int64(text), value != 0 || !isNegative { return .integer(value) }
        guard let value = Double(text) else { throw Failure() }
        guard value.isFinite else {
            guard options.stepsOver else { throw Failure() }
            flaw = flaw ?? .numberTooLarge
            return .null
        }
        return .number(value)
    }

    private mutating func skipDigits() -> Int {
        let start = position
        while position < bytes.count, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[position]) {
            position += 1
        }
        return position - start
    }
}

extension JSONValue {
    public struct ParseError: Error {}

    /// Reads JSON text.
    ///
    /// - Throws: ``ParseError`` when the bytes are not exactly one JSON value, or nested deeper than 64.
    public init(parsing buffer: ByteBuffer) throws(ParseError) {
        do throws(JSONParser.Failure) {
            self = try JSONParser.parse(buffer).value
        } catch {
            throw ParseError()
        }
    }
}
