import ByteText

/// A text as search compares it, scalar by scalar, and where each came from. Takes time linear in the text.
///
/// 1. Each scalar is folded by ``SearchTable``.
/// 2. What Unicode takes apart and its writers know as one is put together again: Hangul, voiced kana, й and its like.
/// 3. Marks that are kept stand in canonical order, each moved by a few places at most: runs that nobody's language has
///    are not sorted, so that nobody can make it take quadratic time.
/// 4. White space of any kind and length is one blank.
/// 5. A zero width non-joiner inside a word of the Arabic script is a seam: people write what is around it as one word
///    or as two (Persian می‌خواهم, میخواهم, می خواهم). It takes no place, and is remembered.
struct FoldedText {
    typealias Kind = SearchTable.Kind

    /// Places that a mark is moved. No language has more kept marks on a letter.
    private static let longestRun = 8

    private(set) var scalars: [UInt32] = []
    /// The part that each has in words.
    private(set) var kinds: [Kind] = []
    /// The byte of the text at which the scalar began that each came from.
    private(set) var origins: [Int32] = []
    /// Before which scalars a seam is, rising.
    private(set) var seams: [Int] = []

    /// Seams of a word that count. No word has more, and an index has each part of them.
    private static let mostSeams = 3
    private static let nonJoiner: UInt32 = 0x200C

    private var isSeam = false
    private var seamsInWord = 0

    init() {}

    init(_ text: String) {
        ByteString(text).withBytes { fold($0) }
    }

    /// Takes the place of what was there.
    mutating func fold(_ text: UnsafeRawBufferPointer) {
        scalars.removeAll(keepingCapacity: true)
        kinds.removeAll(keepingCapacity: true)
        origins.removeAll(keepingCapacity: true)
        seams.removeAll(keepingCapacity: true)
        isSeam = false
        seamsInWord = 0
        let table = SearchTable.shared
        var place = 0
        while place < text.count {
            let origin = place
            let scalar = Self.next(text, &place)
            if scalar == Self.nonJoiner { isSeam = true }
            table.fold(scalar) { put($0, $1, from: origin) }
        }
    }

    /// Decodes a scalar of UTF-8. What is none is U+FFFF, which is in no text.
    private static func next(_ text: UnsafeRawBufferPointer, _ place: inout Int) -> UInt32 {
        let first = UInt32(text[place])
        place += 1
        guard first >= 0x80 else { return first }
        let count = first >= 0xF0 ? 3 : first >= 0xE0 ? 2 : 1
        guard first >= 0xC0, place + count <= text.count else { return 0xFFFF }
        var scalar = first & (0x3F >> UInt32(count))
        for _ in 0..<count {
            scalar = scalar << 6 | UInt32(text[place] & 0x3F)
            place += 1
        }
        return min(scalar, 0x10FFFF)
    }

    private mutating func put(_ scalar: UInt32, _ entry: SearchTable.Entry, from origin: Int) {
        let kind = entry.kind
        switch kind {
        case .nothing: return
        case .combiner:
            if let last = scalars.last, let one = Composition.letter(last, scalar) { scalars[scalars.count - 1] = one }
            return
        case .pairs:
            if let last = scalars.last, let one = Composition.hangul(last, scalar) {
                scalars[scalars.count - 1] = one
                return
            }
        case .other: if scalar == 0x20, scalars.last == 0x20 { return }
        case .word, .triples, .symbol: break
        }
        if kind != .word { seamsInWord = 0 }
        if isSeam { putSeam(before: scalar, kind) }
        scalars.append(scalar)
        kinds.append(kind)
        origins.append(Int32(truncatingIfNeeded: origin))
        if entry.isOrdered { order() }
    }

    private mutating func putSeam(before scalar: UInt32, _ kind: Kind) {
        isSeam = false
        guard kind == .word, Self.isArabic(scalar), let last = scalars.last, Self.isArabic(last), kinds.last == .word,
            seamsInWord < Self.mostSeams
        else { return }
        seamsInWord += 1
        seams.append(scalars.count)
    }

    private static func isArabic(_ scalar: UInt32) -> Bool {
        (0x0620...0x06FF).contains(scalar) || (0x0750...0x077F).contains(scalar)
    }

    /// Those that cut the range.
    func seams(within range: Range<Int>) -> [Int] {
        guard !seams.isEmpty else { return [] }
        var found: [Int] = []
        var place = firstSeam(from: range.lowerBound + 1)
        while place < seams.count, seams[place] < range.upperBound {
            found.append(seams[place])
            place += 1
        }
        return found
    }

    func hasSeam(before place: Int) -> Bool {
        let first = firstSeam(from: place)
        return first < seams.count && seams[first] == place
    }

    private func firstSeam(from place: Int) -> Int {
        var (low, high) = (0, seams.count)
        while low < high {
            let middle = (low + high) / 2
            if seams[middle] < place { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// Moves the last one, a mark, before those that come after it.
    private mutating func order() {
        var place = scalars.count - 1
        let end = max(0, place - Self.longestRun)
        let order = Self.order(scalars[place])
        while place > end {
            let before = scalars[place - 1]
            guard Composition.isNikhahit(before) || Self.order(before) > order else { return }
            scalars.swapAt(place - 1, place)
            kinds.swapAt(place - 1, place)
            place -= 1
        }
    }

    /// The canonical combining class. Unicode never changes one.
    private static func order(_ scalar: UInt32) -> UInt8 {
        Unicode.Scalar(scalar)?.properties.canonicalCombiningClass.rawValue ?? 0
    }
}
