import ByteText

/// What search makes of each Unicode scalar: what it becomes, and what part it has in words.
///
/// NFKC and case folding, without the marks that may be left out where they stand (accents, tonos, harakat, niqqud,
/// stress, the nukta of borrowed sounds), and without what is not seen (joiners, variation selectors, skin tones).
/// Decimal digits of all scripts are ASCII's. The table's scalars are their own foldings, so each is looked up once.
/// Form and making of it: `Tests/Unicode/search_table.py`.
struct SearchTable: Sendable {
    /// Of the table, and of how ``SearchTokens`` cuts words: an index of another version is made anew.
    static let version: Int64 = 2

    static let shared = SearchTable()

    enum Kind: UInt8 {
        /// Blanks and punctuation: where words end.
        case other
        /// Letters, digits and marks of scripts that put blanks between words; private use.
        case word
        /// Of scripts without blanks and with very many characters: Han, kana, Hangul.
        case pairs
        /// Of scripts without blanks and with few characters: Thai, Lao, Khmer, Burmese and their like.
        case triples
        /// A word by itself: emoji and other symbols.
        case symbol
        /// Not there.
        case nothing
        /// A mark that makes another letter of some it follows, and is nothing behind all others.
        case combiner
    }

    struct Entry {
        fileprivate let bits: UInt16

        var kind: Kind { Kind(rawValue: UInt8(bits & 7)) ?? .other }
        /// Whether it is a mark whose place among others is not its writer's choice.
        var isOrdered: Bool { bits & 8 != 0 }
        /// Where what it becomes stands in the pool; `nil`: it stays what it is.
        fileprivate var place: Int? { bits < 16 ? nil : Int(bits) - 16 }
    }

    /// The last scalar of a text of the pool.
    private static let last: UInt32 = 1 << 31

    /// For each 256 scalars, which page is theirs.
    private let pages: [UInt8]
    private let entries: [UInt16]
    private let pool: [UInt32]

    private init() {
        let text = UnsafeBufferPointer(start: Self.facts.utf8Start, count: Self.facts.utf8CodeUnitCount)
        var data = (Base64.standard.decode(text) ?? [])[...]
        func number() -> Int { Int(data.popFirst() ?? 0) }
        let count = number() | number() << 8
        var pages: [UInt8] = []
        while let run = data.popFirst(), run > 0 { pages += repeatElement(UInt8(number()), count: Int(run)) }
        var entries: [UInt16] = []
        entries.reserveCapacity(count * 256)
        while let run = data.popFirst(), run > 0 {
            let (first, step) = (number() | number() << 8, number())
            for place in 0..<Int(run) { entries.append(UInt16(first + place * step)) }
        }
        var pool: [UInt32] = []
        var isFirst = true
        for scalar in String(decoding: data, as: UTF8.self).unicodeScalars {
            if scalar.value > 0 {
                pool.append(scalar.value)
            } else if isFirst {
                pool.append(Self.last)
            } else {
                pool[pool.count - 1] |= Self.last
            }
            isFirst = scalar.value == 0
        }
        precondition(pages.count == 0x1100 && entries.count == count * 256, "The table of search is not whole.")
        (self.pages, self.entries, self.pool) = (pages, entries, pool)
    }

    func entry(_ scalar: UInt32) -> Entry {
        Entry(bits: entries[Int(pages[Int(scalar >> 8)]) << 8 | Int(scalar & 0xFF)])
    }

    /// What a scalar becomes, one by one.
    @inline(__always)
    func fold(_ scalar: UInt32, _ body: (UInt32, Entry) -> Void) {
        let entry = entry(scalar)
        guard var place = entry.place else { return body(scalar, entry) }
        while true {
            let next = pool[place]
            guard next != Self.last else { return }
            body(next & ~Self.last, self.entry(next & ~Self.last))
            guard next & Self.last == 0 else { return }
            place += 1
        }
    }
}
