import ByteText
import ChatCore
import JSON
import NIOCore

/// The elements of a large JSON text, one after the other, without the rest of it in memory.
///
/// 1. A text is an array, whose elements come, or an object, whose members come; of the members in `lists` that are
///    arrays their elements.
/// 2. An element's end is found by counting brackets outside of strings; only then it is parsed, for itself. A flaw in
///    one harms no other, and however deep it is nothing is called within itself.
/// 3. An element that is longer than ``longest`` is passed over.
struct JSONElements {
    /// Bytes of an element.
    static let longest = 16 << 20

    struct Element {
        /// Of the member that it is, or is in.
        var name: ByteString?
        /// From 1, in the array or in the object.
        var index: Int64
        var value: JSONValue
    }

    private enum State {
        case start
        /// Between the elements of an array; `name`: of the member that it is.
        case elements(name: ByteString?, index: Int64)
        case members(index: Int64)
        case end
    }

    private let bytes: any ForeignBytes
    private let lists: Set<ByteString>
    private var chunk: [UInt8] = []
    private var position = 0
    private var state = State.start
    /// Members before the list that is being read.
    private var outer: Int64 = 0
    /// The element that comes next, from 1: what an error is told with.
    private(set) var index: Int64 = 1

    init(_ bytes: any ForeignBytes, lists: Set<ByteString> = []) {
        self.bytes = bytes
        self.lists = lists
    }

    /// The next element; `nil` at the end.
    ///
    /// - Throws: ``Flaw``.
    mutating func next() throws(Flaw) -> Element? {
        while true {
            switch state {
            case .start: try begin()
            case .elements(let name, let number):
                index = number + 1
                guard try comes(number, end: UInt8(ascii: "]")) else {
                    state = name == nil ? .end : .members(index: outer)
                    continue
                }
                state = .elements(name: name, index: number + 1)
                return Element(name: name, index: number + 1, value: try value())
            case .members(let number):
                guard try comes(number, end: UInt8(ascii: "}")) else {
                    state = .end
                    continue
                }
                index = number + 1
                guard try peek() == UInt8(ascii: "\""), let name = try value().string else { throw Self.malformed }
                guard try skipBlanks() == UInt8(ascii: ":") else { throw Self.malformed }
                position += 1
                state = .members(index: number + 1)
                if lists.contains(name.prefix(atMost: 64)), try skipBlanks() == UInt8(ascii: "[") {
                    position += 1
                    outer = number + 1
                    state = .elements(name: name, index: 0)
                    continue
                }
                return Element(name: name, index: number + 1, value: try value())
            case .end:
                guard try skipBlanks() == nil else { throw Self.malformed }
                return nil
            }
        }
    }

    private mutating func begin() throws(Flaw) {
        if try peek() == 0xEF { position += 3 }
        let first = try skipBlanks()
        position += 1
        switch first {
        case UInt8(ascii: "["): state = .elements(name: nil, index: 0)
        case UInt8(ascii: "{"): state = .members(index: 0)
        default: throw Self.malformed
        }
    }

    /// Whether another element comes, behind its comma; the end is read over.
    private mutating func comes(_ number: Int64, end: UInt8) throws(Flaw) -> Bool {
        let byte = try skipBlanks()
        if byte == end {
            position += 1
            return false
        }
        guard number > 0 else { return byte != nil ? true : try cutOff() }
        guard byte == UInt8(ascii: ",") else { return byte == nil ? try cutOff() : try refuse() }
        position += 1
        _ = try skipBlanks()
        return true
    }

    private func cutOff() throws(Flaw) -> Bool { throw Self.incomplete }
    private func refuse() throws(Flaw) -> Bool { throw Self.malformed }

    private mutating func value() throws(Flaw) -> JSONValue {
        guard let text = try element() else {
            throw Flaw(isLocal: true, error: ArchiveError(.tooLong, "An element has at most \(Self.longest) bytes."))
        }
        guard let value = JSONValue.ofForeign(text) else {
            throw Flaw(isLocal: true, error: ArchiveError(.malformed, "This is no JSON, or too deep."))
        }
        return value
    }

    /// The bytes of one value; `nil` for one that is too long.
    private mutating func element() throws(Flaw) -> ByteBuffer? {
        guard try skipBlanks() != nil else { throw Self.incomplete }
        var text = ByteBuffer()
        var scan = JSONValueScan()
        var isTooLong = false
        while true {
            let end = scan.advance(chunk, from: position)
            if !isTooLong { text.writeBytes(chunk[position..<end]) }
            isTooLong = isTooLong || text.readableBytes > Self.longest
            position = end
            if scan.isComplete { return isTooLong ? nil : text }
            guard try refill() else {
                // A number at the end of everything has no mark behind it.
                if scan.mayEnd { return isTooLong ? nil : text }
                throw Self.incomplete
            }
        }
    }

    private mutating func peek() throws(Flaw) -> UInt8? {
        while position >= chunk.count { if try !refill() { return nil } }
        return chunk[position]
    }

    private mutating func skipBlanks() throws(Flaw) -> UInt8? {
        while let byte = try peek() {
            guard byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 else { return byte }
            position += 1
        }
        return nil
    }

    private mutating func refill() throws(Flaw) -> Bool {
        do {
            let behind = max(position - chunk.count, 0)
            guard let next = try bytes.next() else { return false }
            chunk = next
            position = behind
            return true
        } catch {
            throw Flaw(isLocal: false, error: error)
        }
    }

    private static let malformed = Flaw(
        isLocal: false, error: ArchiveError(.malformed, "This is no JSON from here on."))
    private static let incomplete = Flaw(isLocal: false, error: ArchiveError(.incomplete, "The file breaks off."))

    /// What is wrong with a text.
    struct Flaw: Error {
        /// Only the element is; what follows can be read.
        var isLocal: Bool
        var error: ArchiveError
    }
}

/// Finds the end of a JSON value in bytes that come by and by.
struct JSONValueScan {
    private enum Kind {
        case unknown
        /// A number or a word: what ends it is not its own.
        case bare
        case string
        case nested
    }

    private var kind = Kind.unknown
    private var depth = 0
    private var isInString = false
    private var isEscaped = false
    private(set) var isComplete = false

    /// Whether the value is whole when nothing follows.
    var mayEnd: Bool { kind == .bare }

    /// Looks at the bytes from `start` on.
    ///
    /// - Returns: where the value ends; the end of the bytes when it does not.
    mutating func advance(_ bytes: [UInt8], from start: Int) -> Int {
        var position = start
        while position < bytes.count {
            let byte = bytes[position]
            if isInString {
                if isEscaped {
                    isEscaped = false
                } else if byte == UInt8(ascii: "\\") {
                    isEscaped = true
                } else if byte == UInt8(ascii: "\"") {
                    isInString = false
                    isComplete = depth == 0
                }
            } else if kind == .bare {
                if Self.endsBare(byte) {
                    isComplete = true
                    return position
                }
            } else {
                look(at: byte)
            }
            position += 1
            if isComplete { return position }
        }
        return position
    }

    private mutating func look(at byte: UInt8) {
        switch byte {
        case UInt8(ascii: "\""):
            isInString = true
            if kind == .unknown { kind = .string }
        case UInt8(ascii: "{"), UInt8(ascii: "["):
            kind = .nested
            depth += 1
        case UInt8(ascii: "}"), UInt8(ascii: "]"):
            depth -= 1
            // One that closes what was never opened is for the parser to refuse.
            isComplete = depth <= 0
        default:
            if kind == .unknown { kind = .bare }
        }
    }

    private static func endsBare(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: ","), UInt8(ascii: "]"), UInt8(ascii: "}"), 0x20, 0x0A, 0x0D, 0x09: true
        default: false
        }
    }
}
