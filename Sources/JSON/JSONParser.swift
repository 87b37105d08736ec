import ByteText
import NIOCore

/// Reads JSON text (RFC 8259) from bytes: no trailing comma, no comment, nothing after the one value. Written here
/// because the events of a chat are small and many: Foundation's decoder costs several times as much for a hundred
/// bytes.
///
/// What RFC 8259 leaves to the reader is said by ``Options``: what becomes of bytes that are no UTF-8 and of half a
/// surrogate pair, and of text that goes past a bound.
public struct JSONParser: ~Copyable {
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
        /// for senders who may not know our bounds, and half a surrogate pair told as a ``Flaw``. Otherwise it is
        /// refused.
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
        /// Half a surrogate pair, in whose place stands U+FFFD: no text that its sender could get back.
        case halfSurrogatePair
    }

    /// What came of a text that may be more than is wanted.
    public struct Parsed {
        /// Without what was too deep, too large or too much, in whose place stands null, or nothing.
        package let document: JSONDocument
        /// ``document`` as a tree, made when it is asked for.
        public var value: JSONValue { document.root.value }
        /// Values that were made.
        public let count: Int
        /// Values that were stepped over instead.
        public let skipped: Int
        /// Why some were not; `nil` unless ``Options/stepsOver``.
        public let flaw: Flaw?
        /// The number of the string with ``Flaw/halfSurrogatePair``.
        let flawedPlace: Int?

        /// The member with that string, of the object that the text is, or that is an element of the array which it is.
        package var flawedMember: ByteString? {
            flawedPlace.flatMap { place in
                let root = document.root
                return root.member(around: place) ?? root.elements.lazy.compactMap { $0.member(around: place) }.first
            }
        }
    }

    private let bytes: UnsafeRawBufferPointer
    private let options: Options
    private var places: JSONPlaces
    private var position = 0
    /// Values made so far.
    private var count = 0
    private var skipped = 0
    private var flaw: Flaw?
    private var flawedPlace: Int?
    /// Whether as many values were made as may be, and there are more: nothing is added any more.
    private var isFull = false

    private init(_ bytes: UnsafeRawBufferPointer, _ options: Options) {
        self.bytes = bytes
        self.options = options
        places = JSONPlaces(of: bytes)
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
        guard bytes.count <= JSONDocument.longestText else { throw Failure() }
        var parser = JSONParser(bytes, options)
        try parser.value(depth: 0)
        // Not even one was to be made.
        if parser.places.count == 0 { parser.places.append(.null) }
        parser.skipSpace()
        guard parser.position == bytes.count else { throw Failure() }
        return parser.finish()
    }

    private consuming func finish() -> Parsed {
        let (count, skipped, flaw, flawedPlace) = (count, skipped, flaw, flawedPlace)
        return Parsed(
            document: places.finish(), count: count, skipped: skipped, flaw: flaw, flawedPlace: flawedPlace)
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

    /// Finds one value, and notes its place unless nothing is added any more.
    private mutating func value(depth: Int) throws(Failure) {
        let isTooDeep = depth >= options.maxDepth
        if isTooDeep || count >= options.maxValues { return try stepOver(isTooDeep: isTooDeep) }
        count += 1
        skipSpace()
        guard position < bytes.count else { throw Failure() }
        switch bytes[position] {
        case UInt8(ascii: "\""):
            position += 1
            try string()
        case UInt8(ascii: "{"):
            position += 1
            try object(depth: depth + 1)
        case UInt8(ascii: "["):
            position += 1
            try array(depth: depth + 1)
        case UInt8(ascii: "t"):
            try literal("true")
            places.append(.yes)
        case UInt8(ascii: "f"):
            try literal("false")
            places.append(.no)
        case UInt8(ascii: "n"):
            try literal("null")
            places.append(.null)
        default:
            try number()
        }
    }

    /// A value that is not made.
    private mutating func stepOver(isTooDeep: Bool) throws(Failure) {
        guard options.stepsOver else { throw Failure() }
        flaw = flaw ?? (isTooDeep ? .tooDeep : .tooManyValues)
        isFull = count >= options.maxValues
        var skipper = JSONSkipper(bytes, at: position)
        try skipper.skipValue()
        skipped += skipper.count
        position = skipper.position
        places.append(.null)
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

    private mutating func array(depth: Int) throws(Failure) {
        let array = places.open(.array)
        var elements = 0
        skipSpace()
        if position < bytes.count, bytes[position] == UInt8(ascii: "]") {
            position += 1
            return places.close(array, count: 0)
        }
        while true {
            let element = places.count
            try value(depth: depth)
            if isFull { places.removeAll(from: element) } else { elements += 1 }
            skipSpace()
            switch try next() {
            case UInt8(ascii: ","):
                guard isFull else { continue }
                try stepOverRest(until: UInt8(ascii: "]"))
            case UInt8(ascii: "]"): break
            default: throw Failure()
            }
            return places.close(array, count: elements)
        }
    }

    private mutating func object(depth: Int) throws(Failure) {
        let object = places.open(.object)
        var members = 0
        skipSpace()
        if position < bytes.count, bytes[position] == UInt8(ascii: "}") {
            position += 1
            return places.close(object, count: 0)
        }
        while true {
            let member = places.count
            skipSpace()
            guard try next() == UInt8(ascii: "\"") else { throw Failure() }
            try string()
            skipSpace()
            guard try next() == UInt8(ascii: ":") else { throw Failure() }
            try value(depth: depth)
            if isFull { places.removeAll(from: member) } else { members += 1 }
            skipSpace()
            switch try next() {
            case UInt8(ascii: ","):
                guard isFull else { continue }
                try stepOverRest(until: UInt8(ascii: "}"))
            case UInt8(ascii: "}"): break
            default: throw Failure()
            }
            return places.close(object, count: members)
        }
    }

    /// The rest of a string whose opening quote was read.
    private mutating func string() throws(Failure) {
        let start = position
        var isPlain = true
        while true {
            // Eight bytes at a time, as long as all of them are plain.
            while position &+ 8 <= bytes.count {
                let word = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: position, as: UInt64.self))
                let specials = JSONText.specials(word)
                guard specials == 0 else {
                    position &+= specials.trailingZeroBitCount / 8
                    break
                }
                position &+= 8
            }
            switch try next() {
            case UInt8(ascii: "\""):
                let count = position - 1 - start
                if options.isStrict { try checkUTF8(UnsafeRawBufferPointer(rebasing: bytes[start..<start + count])) }
                return places.append(.string, start: start, count: count, isPlain: isPlain)
            case UInt8(ascii: "\\"):
                isPlain = false
                try escape()
            case ..<0x20: throw Failure()
            default: continue
            }
        }
    }

    private func checkUTF8(_ text: UnsafeRawBufferPointer) throws(Failure) {
        guard let valid = String(validating: text, as: UTF8.self), valid.utf8.count == text.count else {
            throw Failure()
        }
    }

    /// Checks an escape whose backslash was read.
    private mutating func escape() throws(Failure) {
        let start = position - 1
        switch try next() {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"),
            UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
            break
        case UInt8(ascii: "u"):
            try skipHexQuad()
            guard options.isStrict || options.stepsOver else { break }
            let (scalar, size) = JSONText.scalar(bytes, at: start)
            if scalar == nil {
                guard options.stepsOver else { throw Failure() }
                if flaw == nil { (flaw, flawedPlace) = (.halfSurrogatePair, places.count) }
            }
            // The second half of a pair is passed as well.
            if size == 12 {
                position += 2
                try skipHexQuad()
            }
        default: throw Failure()
        }
    }

    private mutating func skipHexQuad() throws(Failure) {
        for _ in 0..<4 {
            guard try next().hexadecimalDigit != nil else { throw Failure() }
        }
    }

    private mutating func number() throws(Failure) {
        let start = position
        if position < bytes.count, bytes[position] == UInt8(ascii: "-") { position += 1 }
        let firstDigit = position
        let digits = skipDigits()
        guard digits > 0, digits == 1 || bytes[firstDigit] != UInt8(ascii: "0") else { throw Failure() }
        var (isInteger, hasExponent) = (true, false)
        if position < bytes.count, bytes[position] == UInt8(ascii: ".") {
            isInteger = false
            position += 1
            guard skipDigits() > 0 else { throw Failure() }
        }
        if position < bytes.count, bytes[position] | 0x20 == UInt8(ascii: "e") {
            (isInteger, hasExponent) = (false, true)
            position += 1
            if position < bytes.count, bytes[position] == UInt8(ascii: "+") || bytes[position] == UInt8(ascii: "-") {
                position += 1
            }
            guard skipDigits() > 0 else { throw Failure() }
        }
        let count = position - start
        // -0 is no integer.
        let isZero = digits == 1 && bytes[firstDigit] == UInt8(ascii: "0")
        if isInteger, digits <= 18, !isZero || firstDigit == start {
            return places.append(.integer, start: start, count: count)
        }
        // Without an exponent it takes 309 digits to be too large.
        if hasExponent || digits > 300, try !isFinite(bytes[start..<position]) {
            guard options.stepsOver else { throw Failure() }
            flaw = flaw ?? .numberTooLarge
            return places.append(.null)
        }
        places.append(.number, start: start, count: count, isPlain: isInteger)
    }

    private func isFinite(_ number: Slice<UnsafeRawBufferPointer>) throws(Failure) -> Bool {
        guard let value = Double(String(decoding: number, as: UTF8.self)) else { throw Failure() }
        return value.isFinite
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
