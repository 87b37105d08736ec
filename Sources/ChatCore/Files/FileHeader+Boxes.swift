/// The formats made of boxes (ISO/IEC 14496-12): AVIF, HEIC, MP4. The first box is `ftyp`, which names the brands.
///
/// Of a picture, the size is that of the primary item (`pitm`), which `ipma` gives its properties from `ipco`: `ispe`,
/// the size, and `irot`, how often it is turned by a quarter. Without those the largest size there is (tiles,
/// thumbnails) is the picture's. EXIF turns no picture of these, for readers heed `irot` alone.
extension FileHeader {
    /// Boxes of one level, and entries of `ipma`, that are looked at.
    private static let boxLimit = 512

    private struct Box {
        var name: Int
        /// Where its content begins, and where the box ends, which may be past what is there.
        var start: Int
        var end: Int
    }

    var boxes: FileVerdict {
        switch has("ftyp", at: 4) {
        case false?: return .unknown
        case nil: return .undecided
        case true?: break
        }
        // The box has room for its major brand; one that has not would be judged by bytes behind it.
        guard let first = box(at: 0, within: .max), first.start == 8, (16...1024).contains(first.end) else {
            return count < 8 ? .undecided : .unknown
        }
        guard first.end <= count else { return .undecided }
        // The major brand, a version, then the compatible brands.
        let brands = ([8] + stride(from: 16, to: first.end - 3, by: 4)).compactMap { big($0, 4) }
        guard let kind = Self.kind(of: brands) else { return .unknown }
        guard kind.hasSize else { return .told(FileTraits(mimeType: kind.type)) }
        guard let (meta, isWhole) = find(Self.name("meta"), from: first.end, within: .max) else {
            return .told(FileTraits(mimeType: kind.type))
        }
        guard isWhole, let meta else { return .ahead(FileTraits(mimeType: kind.type)) }
        // `meta` has four bytes of version and flags before its boxes.
        return .told(picture(kind.type, in: meta))
    }

    /// What the brands say it is, the major one first; `nil`: something else, as QuickTime.
    private static func kind(of brands: [Int]) -> (type: String, hasSize: Bool)? {
        guard let major = brands.first, major != name("qt  ") else { return nil }
        if sound.contains(major) { return ("audio/mp4", false) }
        for (names, type, hasSize) in families where brands.contains(where: { names.contains($0) }) {
            return (type, hasSize)
        }
        return nil
    }

    /// Films are compatible with these as well.
    private static let sound: Set<Int> = [name("M4A "), name("M4B ")]

    /// By the first that any brand belongs to: every picture is of the general brand `mif1` too.
    private static let families: [(names: Set<Int>, type: String, hasSize: Bool)] = [
        (["avif", "avis"], "image/avif", true),
        (["heic", "heix", "heim", "heis", "hevc", "hevx", "hevm", "hevs"], "image/heic", true),
        (["mif1", "msf1", "mif2"], "image/heif", true),
        (
            [
                "isom", "iso2", "iso3", "iso4", "iso5", "iso6", "iso7", "iso8", "iso9", "mp41", "mp42", "avc1", "M4V ",
                "M4VH", "M4VP", "dash", "MSNV", "mp71",
            ], "video/mp4", false
        ),
    ].map { names, type, hasSize in (Set(names.map { name($0) }), type, hasSize) }

    private func picture(_ type: String, in meta: Box) -> FileTraits {
        guard let properties = find(Self.name("iprp"), from: meta.start + 4, within: meta.end)?.box,
            let container = find(Self.name("ipco"), from: properties.start, within: properties.end)?.box
        else { return FileTraits(mimeType: type) }
        let all = children(of: container)
        if let own = ownProperties(in: meta, properties) {
            let mine = own.compactMap { all.indices.contains($0 - 1) ? all[$0 - 1] : nil }
            if let size = mine.lazy.compactMap({ size(in: $0) }).first {
                let turns = mine.first { $0.name == Self.name("irot") }.flatMap { self[$0.start] } ?? 0
                return FileTraits(type, size, turned: turns & 1 == 1)
            }
        }
        let sizes = all.compactMap { size(in: $0) }
        return FileTraits(type, sizes.max { $0.width * $0.height < $1.width * $1.height })
    }

    private func children(of container: Box) -> [Box] {
        var found: [Box] = []
        var place = container.start
        while found.count < Self.boxLimit, let box = box(at: place, within: container.end) {
            found.append(box)
            place = box.end
        }
        return found
    }

    /// What an `ispe` says.
    private func size(in box: Box) -> (width: Int, height: Int)? {
        guard box.name == Self.name("ispe"), box.end - box.start >= 12, let width = big(box.start + 4, 4),
            let height = big(box.start + 8, 4), (1...Int(Int32.max)).contains(width),
            (1...Int(Int32.max)).contains(height)
        else { return nil }
        return (width, height)
    }

    /// The properties of the primary item, by their places in `ipco`, from 1.
    private func ownProperties(in meta: Box, _ properties: Box) -> [Int]? {
        guard let primary = find(Self.name("pitm"), from: meta.start + 4, within: meta.end)?.box,
            let version = self[primary.start], let item = big(primary.start + 4, version == 0 ? 2 : 4),
            let map = find(Self.name("ipma"), from: properties.start, within: properties.end)?.box,
            let mapVersion = self[map.start], let flags = self[map.start + 3], let entries = big(map.start + 4, 4)
        else { return nil }
        let idLength = mapVersion == 0 ? 2 : 4
        let isWide = flags & 1 == 1
        var place = map.start + 8
        for _ in 0..<min(entries, Self.boxLimit) {
            guard place < map.end, let id = big(place, idLength), let count = self[place + idLength] else { return nil }
            place += idLength + 1
            let length = isWide ? 2 : 1
            guard id != item else {
                // The first bit of each only says that a reader has to know it.
                return (0..<Int(count)).compactMap { big(place + $0 * length, length) }
                    .map { $0 & (isWide ? 0x7FFF : 0x7F) }
            }
            place += Int(count) * length
        }
        return nil
    }

    /// The first box of that name.
    ///
    /// - Returns: the box, and whether all of it has come; no box and `false` when it may still come; `nil` when there
    ///   is none.
    private func find(_ name: Int, from start: Int, within end: Int) -> (box: Box?, isWhole: Bool)? {
        var place = start
        for _ in 0..<Self.boxLimit {
            guard place < end else { return nil }
            guard place <= count - 8 else { return (nil, false) }
            // A long size stands behind the name.
            if big(place, 4) == 1, place > count - 16 { return (nil, false) }
            guard let box = box(at: place, within: end) else { return nil }
            if box.name == name { return (box, box.end <= count) }
            place = box.end
        }
        return nil
    }

    /// `nil` for what is no box, or has not come as far as its name.
    private func box(at place: Int, within end: Int) -> Box? {
        guard place <= count - 8, let short = big(place, 4), let name = big(place + 4, 4) else { return nil }
        var start = place + 8
        let size: Int
        switch short {
        case 0:
            size = end - place
        case 1:
            guard let long = big(place + 8, 8) else { return nil }
            size = long
            start += 8
        default:
            size = short
        }
        let (last, overflow) = place.addingReportingOverflow(size)
        guard !overflow, last >= start, last <= end else { return nil }
        return Box(name: name, start: start, end: last)
    }

    static func name(_ text: String) -> Int { text.utf8.reduce(0) { $0 << 8 | Int($1) } }
}
