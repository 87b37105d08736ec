import ByteText
import ChatCore

/// A zip file (APPNOTE.TXT 6.3): its directory is read at once, an entry's bytes as they are wanted.
///
/// 1. At the end of the file stands the end record, behind it a comment of up to 65,535 bytes; in large ones a locator
///    before it points at one with 64-bit fields.
/// 2. The end record points at the directory: one head for each entry, with its sizes, its checksum and the place of
///    its own head, which its bytes follow.
/// 3. Bytes are stored as they are (method 0) or deflated (8).
///
/// A hostile one costs no more than its size says: the directory is bounded, entries do not lie over one another, no
/// entry grows beyond what it declares, and none declares what deflate cannot give.
final class ZipSource: ForeignSource {
    private static let longestDirectory: Int64 = 1 << 30
    private static let mostEntries = 4_000_000
    /// What is longer than this ...
    private static let largest: Int64 = 64 << 20
    /// ... is not more than so many times as long as its deflated bytes. Text of chats is shortened to a tenth.
    private static let steepest: Int64 = 250

    struct Place {
        var head: Int64
        var packed: Int64
        var size: Int64
        var checksum: UInt32
        var isDeflated: Bool
    }

    private(set) var entries: [ForeignEntry] = []
    private(set) var refused: [ForeignRefusal] = []
    private let file: OpenFile
    private var places: [Place] = []

    init(_ file: OpenFile) throws(ForeignSourceError) {
        self.file = file
        let (start, length, count) = try Self.directory(of: file)
        guard length <= Self.longestDirectory, count <= Self.mostEntries, start >= 0, length >= 0,
            length <= file.size, start <= file.size - length
        else { throw Self.broken }
        let directory = ZipFields(try Self.read(file, Int(length), at: start))
        var found: [(ForeignEntry, Place)] = []
        var packed: Int64 = 0
        var offset = 0
        while offset + 46 <= directory.count, directory.long(offset) == 0x0201_4B50 {
            let end =
                offset + 46 + directory.short(offset + 28) + directory.short(offset + 30)
                + directory.short(offset + 32)
            guard end <= directory.count else { throw Self.broken }
            let (name, place, flaw) = Self.entry(directory, offset, of: file.size)
            offset = end
            if name.utf8.last == UInt8(ascii: "/") { continue }
            if let flaw {
                refused.append(ForeignRefusal(path: name.prefix(atMost: 256), reason: flaw))
            } else {
                // No more than the file has, a few million times: it fits.
                packed += place.packed
                found.append((ForeignEntry(path: name, size: place.size), place))
            }
        }
        guard offset == directory.count else { throw Self.broken }
        guard packed <= file.size else {
            throw ForeignSourceError("this is no sound zip: its entries lie over one another")
        }
        found.sort { $0.0.path < $1.0.path }
        entries = found.map(\.0)
        places = found.map(\.1)
    }

    private static let broken = ForeignSourceError("the zip is damaged, or cut off")

    private static func read(_ file: OpenFile, _ count: Int, at offset: Int64) throws(ForeignSourceError) -> [UInt8] {
        do {
            return try file.read(count, at: offset)
        } catch {
            throw ForeignSourceError("it cannot be read: \(error)")
        }
    }

    /// Where the directory begins, its bytes, its entries.
    private static func directory(of file: OpenFile) throws(ForeignSourceError) -> (Int64, Int64, Int) {
        let length = Int(min(file.size, 65_535 + 22))
        let start = file.size - Int64(length)
        let end = ZipFields(try read(file, length, at: start))
        guard end.count >= 22, let offset = (0...(end.count - 22)).last(where: { end.long($0) == 0x0605_4B50 }) else {
            throw broken
        }
        let plain = (Int64(end.long(offset + 16)), Int64(end.long(offset + 12)), end.short(offset + 10))
        guard offset >= 20, end.long(offset - 20) == 0x0706_4B50 else { return plain }
        guard let place = Int64(exactly: end.quad(offset - 12)), place <= file.size - 56 else { throw broken }
        let large = ZipFields(try read(file, 56, at: place))
        guard large.count == 56, large.long(0) == 0x0606_4B50, let begin = Int64(exactly: large.quad(48)),
            let bytes = Int64(exactly: large.quad(40)), let count = Int(exactly: large.quad(32))
        else { throw broken }
        return (begin, bytes, count)
    }

    /// One head of the directory; with a reason, when it is not to be read.
    ///
    /// - Parameter file: bytes of the zip.
    private static func entry(
        _ directory: ZipFields, _ offset: Int, of file: Int64
    ) -> (ByteString, Place, String?) {
        let flags = directory.short(offset + 8)
        let method = directory.short(offset + 10)
        let nameLength = directory.short(offset + 28)
        let name = ByteString(decoding: directory.bytes[(offset + 46)..<(offset + 46 + nameLength)])
        var sizes = [directory.long(offset + 24), directory.long(offset + 20), directory.long(offset + 42)]
            .map { Int64($0) }
        directory.widen(
            &sizes, in: (offset + 46 + nameLength)..<(offset + 46 + nameLength + directory.short(offset + 30)))
        let place = Place(
            head: sizes[2], packed: sizes[1], size: sizes[0], checksum: directory.long(offset + 16),
            isDeflated: method == 8)
        return (name, place, flaw(name, place, flags, method, mode: directory.long(offset + 38) >> 16, of: file))
    }

    private static func flaw(
        _ name: ByteString, _ place: Place, _ flags: Int, _ method: Int, mode: UInt32, of file: Int64
    ) -> String? {
        let parts = name.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        let isPlain =
            parts.count <= 32 && name.count <= 1024
            && parts.allSatisfy { part in
                !part.isEmpty && !part.elementsEqual(".".utf8) && !part.elementsEqual("..".utf8)
                    && !part.contains { $0 < 0x20 || $0 == UInt8(ascii: "\\") }
            }
        guard isPlain else { return "Its name leads elsewhere." }
        if mode & 0xF000 == 0xA000 { return "It is a link." }
        if flags & 1 != 0 { return "It is encrypted." }
        guard method == 0 || method == 8 else { return "It is packed in a way that is not known here (\(method))." }
        guard (0...file).contains(place.packed), place.size >= 0, (0...file).contains(place.head),
            method == 8 || place.size == place.packed
        else {
            return "Its sizes are no sizes."
        }
        if place.size > largest, place.size / steepest > place.packed {
            return "It claims to be \(place.size) bytes, of \(place.packed): it is not unpacked."
        }
        return nil
    }

    func open(_ index: Int) throws(ArchiveError) -> any ForeignBytes {
        let place = places[index]
        do {
            let head = ZipFields(try file.read(30, at: place.head))
            guard head.count == 30, head.long(0) == 0x0403_4B50 else { throw ZipEntryBytes.broken }
            let start = place.head + 30 + Int64(head.short(26)) + Int64(head.short(28))
            guard start <= file.size - place.packed else { throw ZipEntryBytes.broken }
            return try ZipEntryBytes(file, place, from: start)
        } catch let error as ArchiveError {
            throw error
        } catch {
            throw ArchiveError(.notFound, "It cannot be read.")
        }
    }
}

@available(*, unavailable)
extension ZipSource: Sendable {}
