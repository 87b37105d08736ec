/// Changes inputs as fuzzers do, from a seed: the same inputs in each run.
struct Mutator {
    private var state: UInt64
    private let longest: Int

    /// Bytes and texts that decoders look for.
    private static let tokens: [[UInt8]] = [
        [0x00], [0xFF], [0x7F], [0x80], [0x1E], [0x0D, 0x0A], [0xC3, 0xA9], [0xF0, 0x9F, 0x98, 0x80],
        [0xED, 0xA0, 0x80],
        [0xCC, 0x81, 0xCC, 0xB4], Array("{}".utf8), Array("[[".utf8), Array("\"".utf8), Array("\\ud83d\\ude00".utf8),
        Array("\\ud800".utf8), Array("1e309".utf8), Array("-0".utf8), Array("9223372036854775808".utf8),
        Array("null".utf8), Array("/a,".utf8), Array("51-".utf8), Array("%2F".utf8), Array("../".utf8),
        [0x81, 0xFE, 0x00, 0x7E], [0x88, 0x82, 0, 0, 0, 0, 0x03, 0xE8],
    ]

    init(seed: UInt64, longest: Int) {
        state = seed
        self.longest = longest
    }

    /// One of the inputs, changed in one to five places.
    mutating func mutation(of inputs: [[UInt8]]) -> [UInt8] {
        var bytes = inputs.isEmpty ? [] : inputs[below(inputs.count)]
        for _ in 0...below(5) { change(&bytes, inputs) }
        return Array(bytes.prefix(longest))
    }

    private mutating func change(_ bytes: inout [UInt8], _ inputs: [[UInt8]]) {
        let place = below(bytes.count + 1)
        switch below(7) {
        case 0:
            bytes.insert(UInt8(below(256)), at: place)
        case 1:
            bytes.insert(contentsOf: Self.tokens[below(Self.tokens.count)], at: place)
        case 2 where place < bytes.count:
            bytes[place] ^= 1 << UInt8(below(8))
        case 3 where place < bytes.count:
            bytes[place] = UInt8(below(256))
        case 4:
            bytes.removeSubrange(place..<min(bytes.count, place + 1 + below(8)))
        case 5:
            let part = bytes[place..<min(bytes.count, place + 1 + below(64))]
            bytes.insert(contentsOf: Array(part), at: below(bytes.count + 1))
        default:
            guard !inputs.isEmpty else { return }
            let other = inputs[below(inputs.count)]
            bytes.replaceSubrange(place..., with: other.suffix(below(other.count + 1)))
        }
    }

    /// A number from 0 to below `limit` (SplitMix64).
    private mutating func below(_ limit: Int) -> Int {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        mixed ^= mixed >> 31
        return Int(mixed % UInt64(limit))
    }
}
