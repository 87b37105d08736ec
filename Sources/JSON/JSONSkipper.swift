/// Steps over one JSON value (RFC 8259), however deep it nests, checking its form and making nothing of it. It does not
/// recurse: what is open lies in a row of bytes, one a level.
struct JSONSkipper {
    private let bytes: UnsafeRawBufferPointer
    private(set) var position: Int
    /// Values stepped over or into so far.
    private(set) var count = 0
    /// The closing brackets that are due.
    private var due: [UInt8] = []

    init(_ bytes: UnsafeRawBufferPointer, at position: Int) {
        self.bytes = bytes
        self.position = position
    }

    /// Steps over what is left of an array or object after a comma, its closing bracket included.
    mutating func skipRest(until bracket: UInt8) throws(JSONParser.Failure) {
        due = [bracket]
        if bracket == UInt8(ascii: "}") { try skipName() }
        try skipValue()
    }

    mutating func skipValue() throws(JSONParser.Failure) {
        repeat {
            if try opensMore() { continue }
            // A value has ended: what ends with it, and where the next begins.
            while let bracket = due.last {
                skipSpace()
                let byte = try next()
                if byte == UInt8(ascii: ",") {
                    if bracket == UInt8(ascii: "}") { try skipName() }
                    break
                }
                guard byte == bracket else { throw JSONParser.Failure() }
                due.removeLast()
            }
        } while !due.isEmpty
    }

    /// Steps over a value that is whole, or into an array or object that is not empty.
    private mutating func opensMore() throws(JSONParser.Failure) -> Bool {
        count += 1
        skipSpace()
        switch try next() {
        case UInt8(ascii: "{"):
            if closes(with: UInt8(ascii: "}")) { return false }
            due.append(UInt8(ascii: "}"))
            try skipName()
            return true
        case UInt8(ascii: "["):
            if closes(with: UInt8(ascii: "]")) { return false }
            due.append(UInt8(ascii: "]"))
            return true
        case UInt8(ascii: "\""): try skipString()
        case UInt8(ascii: "t"): try skip("rue")
        case UInt8(ascii: "f"): try skip("alse")
        case UInt8(ascii: "n"): try skip("ull")
        case let byte: try skipNumber(beginningWith: byte)
        }
        return false
    }

    private mutating func closes(with bracket: UInt8) -> Bool {
        skipSpace()
        guard position < bytes.count, bytes[position] == bracket else { return false }
        position += 1
        return true
    }

    private mutating func skipName() throws(JSONParser.Failure) {
        skipSpace()
        guard try next() == UInt8(ascii: "\"") else { throw JSONParser.Failure() }
        try skipString()
        skipSpace()
        guard try next() == UInt8(ascii: ":") else { throw JSONParser.Failure() }
    }

    /// The rest of a string whose opening quote was read.
    private mutating func skipString() throws(JSONParser.Failure) {
        while true {
            switch try next() {
            case UInt8(ascii: "\""): return
            case UInt8(ascii: "\\"): try skipEscape()
            case ..<0x20: throw JSONParser.Failure()
            default: continue
            }
        }
    }

    private mutating func skipEscape() throws(JSONParser.Failure) {
        switch try next() {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"),
            UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
            return
        case UInt8(ascii: "u"):
            for _ in 0..<4 {
                switch try next() {
                case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"),
                    UInt8(ascii: "A")...UInt8(ascii: "F"):
                    continue
                default: throw JSONParser.Failure()
                }
            }
        default: throw JSONParser.Failure()
        }
    }

    private mutating func skipNumber(beginningWith first: UInt8) throws(JSONParser.Failure) {
        var digit = first
        if first == UInt8(ascii: "-") { digit = try next() }
        guard (0x30...0x39).contains(digit) else { throw JSONParser.Failure() }
        if digit != UInt8(ascii: "0") { skipDigits() }
        if position < bytes.count, bytes[position] == UInt8(ascii: ".") {
            position += 1
            guard skipDigits() > 0 else { throw JSONParser.Failure() }
        }
        if position < bytes.count, bytes[position] | 0x20 == UInt8(ascii: "e") {
            position += 1
            if position < bytes.count, bytes[position] == UInt8(ascii: "+") || bytes[position] == UInt8(ascii: "-") {
                position += 1
            }
            guard skipDigits() > 0 else { throw JSONParser.Failure() }
        }
    }

    @discardableResult
    private mutating func skipDigits() -> Int {
        let start = position
        while position < bytes.count, (0x30...0x39).contains(bytes[position]) { position += 1 }
        return position - start
    }

    private mutating func skip(_ rest: StaticString) throws(JSONParser.Failure) {
        let count = rest.utf8CodeUnitCount
        guard position + count <= bytes.count else { throw JSONParser.Failure() }
        for offset in 0..<count where bytes[position + offset] != rest.utf8Start[offset] {
            throw JSONParser.Failure()
        }
        position += count
    }

    private mutating func skipSpace() {
        while position < bytes.count {
            switch bytes[position] {
            case 0x20, 0x0A, 0x0D, 0x09: position += 1
            default: return
            }
        }
    }

    private mutating func next() throws(JSONParser.Failure) -> UInt8 {
        guard position < bytes.count else { throw JSONParser.Failure() }
        defer { position += 1 }
        return bytes[position]
    }
}
