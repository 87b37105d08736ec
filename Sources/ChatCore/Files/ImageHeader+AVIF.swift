/// AVIF: boxes (ISO/IEC 14496-12). The first is `ftyp`, which names the brand; the size is in
/// `meta` / `iprp` / `ipco` / `ispe`. Of several sizes (tiles, thumbnails) the largest is the image's.
extension ImageHeader {
    private static let type = "image/avif"
    /// Boxes of one level that are looked at.
    private static let boxLimit = 512

    private struct Box {
        var name: Int
        /// Where its content begins, and where the box ends, which may be past what is there.
        var start: Int
        var end: Int
    }

    var avif: ImageVerdict {
        switch has("ftyp", at: 4) {
        case false?: return .noImage
        case nil: return .undecided
        case true?: break
        }
        // The box has room for its major brand; one that has not would be judged by bytes behind it.
        guard let first = box(at: 0, within: .max), first.start == 8, (16...1024).contains(first.end) else {
            return count < 8 ? .undecided : .noImage
        }
        guard first.end <= count else { return .undecided }
        // The major brand, a version, then the compatible brands.
        let brands = [8] + stride(from: 16, to: first.end - 3, by: 4)
        guard brands.contains(where: { has("avif", at: $0) == true || has("avis", at: $0) == true }) else {
            return .noImage
        }
        guard let (meta, isWhole) = find(Self.name("meta"), from: first.end, within: .max) else {
            return .image(Self.type, nil)
        }
        guard isWhole, let meta else { return .sizeAhead(Self.type) }
        // `meta` has four bytes of version and flags before its boxes.
        return .image(Self.type, size(in: meta))
    }

    private func size(in meta: Box) -> ImageVerdict.Size? {
        guard let properties = find(Self.name("iprp"), from: meta.start + 4, within: meta.end)?.box,
            let container = find(Self.name("ipco"), from: properties.start, within: properties.end)?.box
        else { return nil }
        var largest: ImageVerdict.Size?
        var place = container.start
        for _ in 0..<Self.boxLimit {
            guard let box = box(at: place, within: container.end) else { break }
            if box.name == Self.name("ispe"), box.end - box.start >= 12, let width = big(box.start + 4, 4),
                let height = big(box.start + 8, 4), let size = ImageVerdict.Size(width, height),
                width * height > (largest.map { $0.width * $0.height } ?? 0)
            {
                largest = size
            }
            place = box.end
        }
        return largest
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

    private static func name(_ text: String) -> Int { text.utf8.reduce(0) { $0 << 8 | Int($1) } }
}
