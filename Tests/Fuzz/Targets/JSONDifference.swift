import ByteText
import Foundation
import JSON
import NIOCore

/// Our JSON parser beside Foundation's `JSONSerialization`. They must agree on what is JSON and on what it says, but
/// where RFC 8259 leaves it open, or Foundation is known to read otherwise:
///
/// 1. Depth: ours ends at ``JSONParser/Options/maxDepth``, Foundation's at 512.
/// 2. Broken UTF-8, and halves of surrogate pairs: ours repairs (U+FFFD), Foundation's refuses (RFC 8259 section 8).
/// 3. Numbers past a double: ours refuses, Foundation's makes them infinite or decimal; and 64-bit integers are ours
///    exactly, where Foundation rounds some of them through decimals.
/// 4. A byte order mark or UTF-16 and UTF-32: Foundation's detects them, ours is UTF-8 only (RFC 8259 section 8.1).
/// 5. Names that come twice: ours keeps both, Foundation's one of them.
/// 6. A comma before a closing bracket: Foundation's takes it (RFC 8259 does not).
enum JSONDifference {
    /// - Throws: ``FuzzTarget/Broken`` for a difference of another kind.
    static func check(_ bytes: UnsafeRawBufferPointer) throws {
        // 4. A NUL in the first bytes is how UTF-16 and UTF-32 are told, a mark is a mark.
        if bytes.prefix(4).contains(0) || [0xEF, 0xFE, 0xFF].contains(bytes.first ?? 0) { return }
        let ours = try? JSONParser.parse(bytes.buffer).value
        let theirs = try? JSONSerialization.jsonObject(with: Data(bytes), options: [.fragmentsAllowed])
        switch (ours, theirs) {
        case (nil, nil):
            return
        case (nil, let theirs?):
            let isKnown = depth(bytes) > JSONParser.Options.maxDepth || hasBeyondDouble(bytes) || hasLastComma(bytes)
            try FuzzTarget.Broken.unless(isKnown, "only Foundation takes it: \(theirs)")
        case (let ours?, nil):
            // 3. Foundation also refuses exponents that it cannot hold.
            let isKnown = isRepaired(bytes) || hasBeyondDouble(bytes)
            try FuzzTarget.Broken.unless(isKnown, "only we take it: \(ours)")
        case (let ours?, let theirs?):
            try FuzzTarget.Broken.unless(same(ours, theirs), "we read \(ours), Foundation \(theirs)")
        }
    }

    private static func same(_ ours: JSONValue, _ theirs: Any) -> Bool {
        switch ours {
        case .null: return theirs is NSNull
        case .bool(let value): return (theirs as? Bool) == value
        case .integer(let value):
            guard let number = theirs as? NSNumber else { return false }
            return number.int64Value == value || abs(number.doubleValue - Double(value)) <= abs(Double(value)) * 1e-12
        case .number(let value):
            guard let number = theirs as? NSNumber else { return false }
            return number.doubleValue == value || abs(number.doubleValue - value) <= abs(value) * 1e-12
        case .string(let text):
            return (theirs as? String).map { $0.utf8.elementsEqual(text.utf8) } ?? false
        case .array(let values):
            guard let others = theirs as? [Any] else { return false }
            return values.count == others.count && zip(values, others).allSatisfy { same($0, $1) }
        case .object(let object):
            guard let others = theirs as? [String: Any] else { return false }
            // 5. Canonically equal names are one to a dictionary of Foundation's.
            let names = Dictionary(grouping: object.members) { String(describing: $0.name) }
            return names.allSatisfy { name, members in
                guard let other = others[name] else { return false }
                return members.contains { same($0.value, other) }
            }
        case .binary: return false
        }
    }

    private static func depth(_ bytes: UnsafeRawBufferPointer) -> Int {
        bytes.count { $0 == UInt8(ascii: "[") || $0 == UInt8(ascii: "{") }
    }

    private static func hasLastComma(_ bytes: UnsafeRawBufferPointer) -> Bool {
        let solid = bytes.filter { ![0x20, 0x0A, 0x0D, 0x09].contains($0) }
        return zip(solid, solid.dropFirst()).contains { first, second in
            first == UInt8(ascii: ",") && (second == UInt8(ascii: "]") || second == UInt8(ascii: "}"))
        }
    }

    /// Digits or an exponent that a double may not hold.
    private static func hasBeyondDouble(_ bytes: UnsafeRawBufferPointer) -> Bool {
        var digits = 0
        for byte in bytes {
            if (0x30...0x39).contains(byte) { digits += 1 } else { digits = 0 }
            if byte | 0x20 == UInt8(ascii: "e") || digits > 18 { return true }
        }
        return false
    }

    /// Broken UTF-8, or an escape that may be half of a pair.
    private static func isRepaired(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard String(validating: bytes, as: UTF8.self) != nil else { return true }
        let text = String(decoding: bytes, as: UTF8.self).utf8.map { $0 | 0x20 }
        return text.indices.dropLast(3).contains { index in
            text[index] == UInt8(ascii: "u") && text[index + 1] == UInt8(ascii: "d")
        }
    }
}

extension FuzzTarget.Broken {
    fileprivate static func unless(_ holds: Bool, _ promise: @autoclosure () -> String) throws {
        try require(holds, promise())
    }
}
