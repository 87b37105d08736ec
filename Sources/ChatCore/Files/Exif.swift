/// The block of a camera's notes that JPEGs and PNGs carry: a TIFF file (TIFF 6.0, CIPA DC-008) of which the first
/// directory says how the picture was held, and points to the directory of where it was taken.
///
/// Every offset in it is checked: it came from outside.
struct Exif {
    /// What stands before it in an APP1 of a JPEG.
    static let mark: [UInt8] = Array("Exif".utf8) + [0, 0]

    /// One entry of a directory: 12 bytes.
    struct Entry: Hashable {
        /// Where it stands.
        var place: Int
        var tag: Int
        /// Where its value stands, and how many bytes that has: in the entry itself, or elsewhere.
        var value: Range<Int>
        var isInline: Bool
    }

    struct Directory: Hashable {
        /// Its count, its entries and the offset of the next one.
        var range: Range<Int>
        /// Those that can be read.
        var entries: [Entry]
        /// How many there are, readable or not.
        var total: Int
        /// How many it says that there are: of one that is cut, more.
        var announced: Int
        /// Where the next one begins; 0: there is none.
        var next: Int
    }

    /// Orientation, GPSInfo, the Exif IFD and others that entries point to, and the thumbnail of the second directory.
    enum Tag {
        static let orientation = 0x0112
        static let gps = 0x8825
        /// Exif IFD, Interoperability IFD, SubIFDs.
        static let directories = [0x8769, 0xA005, 0x014A]
        static let thumbnail = 0x0201
        static let thumbnailLength = 0x0202
    }

    private let bytes: ArraySlice<UInt8>
    private let isLittle: Bool
    /// Where the first directory begins.
    private(set) var first = 0

    /// `nil` for what has not even a TIFF file's head.
    init?(_ bytes: ArraySlice<UInt8>) {
        self.bytes = bytes
        switch Array(bytes.prefix(4)) {
        case [0x49, 0x49, 0x2A, 0]: isLittle = true
        case [0x4D, 0x4D, 0, 0x2A]: isLittle = false
        default: return nil
        }
        guard let offset = number(4, 4), offset >= 8 else { return nil }
        first = offset
    }

    var count: Int { bytes.count }

    /// The directory at an offset; `nil` where it does not lie within the block.
    ///
    /// - Parameter isCut: whether one that says to go on behind the block's end is as many entries as look like some.
    func directory(at offset: Int, isCut: Bool = false) -> Directory? {
        guard offset >= 8, let announced = number(offset, 2) else { return nil }
        var entryCount = announced
        if isCut, offset + 2 + announced * 12 > count {
            entryCount = 0
            while let kind = number(offset + 2 + entryCount * 12 + 2, 2), (1..<Self.sizes.count).contains(kind),
                offset + 2 + (entryCount + 1) * 12 <= count
            { entryCount += 1 }
        }
        let end = offset + 2 + entryCount * 12
        guard end <= count else { return nil }
        let entries = (0..<entryCount).compactMap { entry(at: offset + 2 + $0 * 12) }
        // Some writers leave out the offset of the next one.
        let next = number(end, 4)
        let isWhole = next != nil && entryCount == announced
        return Directory(
            range: offset..<(isWhole ? end + 4 : end), entries: entries, total: entryCount, announced: announced,
            next: isWhole ? next ?? 0 : 0)
    }

    /// The number that an entry with one number has.
    func number(of entry: Entry) -> Int? { number(entry.value.lowerBound, min(entry.value.count, 4)) }

    /// The numbers of 32 bits that an entry has, its type aside.
    func numbers(of entry: Entry) -> [Int] {
        entry.isInline
            ? [number(entry.place + 8, 4)].compactMap { $0 }
            : stride(from: entry.value.lowerBound, to: entry.value.upperBound - 3, by: 4).compactMap { number($0, 4) }
    }

    /// Whether it is shown turned by a quarter (orientations 5 to 8): whoever shows it shows its width as the height.
    var isTurned: Bool {
        let entry = directory(at: first)?.entries.first { $0.tag == Tag.orientation && $0.value.count == 2 }
        return entry.flatMap { number(of: $0) }.map { (5...8).contains($0) } ?? false
    }

    private func entry(at place: Int) -> Entry? {
        guard let tag = number(place, 2), let kind = number(place + 2, 2), let values = number(place + 4, 4),
            Self.sizes.indices.contains(kind)
        else { return nil }
        let size = Self.sizes[kind] * values
        guard size > 4 else {
            return Entry(place: place, tag: tag, value: (place + 8)..<(place + 8 + size), isInline: true)
        }
        guard let offset = number(place + 8, 4), offset + size <= count else { return nil }
        return Entry(place: place, tag: tag, value: offset..<(offset + size), isInline: false)
    }

    /// Bytes of a value of each type, from BYTE (1) to DOUBLE (12), and of IFD (13); 0 for what is no type.
    private static let sizes = [0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4]

    func number(_ offset: Int, _ length: Int) -> Int? {
        guard offset >= 0, offset + length <= count else { return nil }
        let part = bytes[(bytes.startIndex + offset)..<(bytes.startIndex + offset + length)]
        return isLittle
            ? part.reversed().reduce(0) { $0 << 8 | Int($1) } : part.reduce(0) { $0 << 8 | Int($1) }
    }

    /// A number as the block writes it.
    func written(_ number: Int, _ length: Int) -> [UInt8] {
        let big = (0..<length).reversed().map { UInt8(truncatingIfNeeded: number >> ($0 * 8)) }
        return isLittle ? big.reversed() : big
    }
}
