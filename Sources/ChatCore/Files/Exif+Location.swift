/// What of a block of EXIF says where a picture was taken, and how that is taken out.
///
/// 1. Each directory that one can come to is looked at: those that follow the first, and those that their entries point
///    to. The entries for GPS are taken out of each, whatever type and count they say; those behind them move up.
/// 2. The directories that they point to are overwritten with zeros, with their values. Nothing else moves: offsets are
///    counted from the beginning of the block. What something else of the block lies in is not overwritten.
/// 3. A block that cannot be read, and one of more directories than cameras write, is zeros as a whole: there is
///    nothing in it that anybody could use, but what who looks for it may find.
extension Exif {
    /// Directories of a block: the picture's, the thumbnail's, and what these point to. No camera writes as many.
    private static let directoryLimit = 32
    /// Entries of a GPS directory whose values are overwritten (there are 32 tags), and pointers of one entry.
    private static let locationLimit = 64

    /// The block without its location, of the same length.
    static func withoutLocation(_ block: ArraySlice<UInt8>) -> [UInt8] {
        guard let exif = Exif(block), let found = exif.directories else {
            return [UInt8](repeating: 0, count: block.count)
        }
        var result = Array(block)
        guard found.contains(where: { !exif.pointers(in: $0).isEmpty }) else { return result }
        let kept = exif.map(of: found)
        for directory in found { exif.takeLocation(out: directory, keeping: kept, in: &result) }
        return result
    }

    /// Every directory but those of the location, the first one first; `nil` where there is none, or no end of them.
    private var directories: [Directory]? {
        var found: [Directory] = []
        var starts: Set<Int> = []
        var open = [first]
        while let offset = open.popLast() {
            guard offset != 0, starts.insert(offset).inserted, let directory = directory(at: offset, isCut: true) else {
                continue
            }
            guard found.count < Self.directoryLimit else { return nil }
            found.append(directory)
            open.append(directory.next)
            for entry in directory.entries where Tag.directories.contains(entry.tag) {
                open += numbers(of: entry).prefix(Self.locationLimit)
            }
        }
        return found.isEmpty ? nil : found
    }

    /// Where the entries for GPS stand in a directory, well-formed or not.
    private func pointers(in directory: Directory) -> [Int] {
        places(of: directory).filter { number($0, 2) == Tag.gps }
    }

    private func places(of directory: Directory) -> StrideTo<Int> {
        stride(from: directory.range.lowerBound + 2, to: directory.range.lowerBound + 2 + directory.total * 12, by: 12)
    }

    /// Which bytes are anything else's than the location's.
    private func map(of directories: [Directory]) -> [Bool] {
        // How many begin at a byte, less those that end before it: linear, however the ranges lie over one another.
        var edges = [Int](repeating: 0, count: count + 1)
        func keep(_ range: Range<Int>) {
            let range = range.clamped(to: 0..<count)
            edges[range.lowerBound] += 1
            edges[range.upperBound] -= 1
        }
        keep(0..<8)
        for directory in directories {
            keep(directory.range)
            for entry in directory.entries where entry.tag != Tag.gps && !entry.isInline { keep(entry.value) }
            if let start = number(Tag.thumbnail, in: directory),
                let length = number(Tag.thumbnailLength, in: directory)
            {
                keep(start..<(start + length))
            }
        }
        var open = 0
        return (0..<count).map { place in
            open += edges[place]
            return open > 0
        }
    }

    private func number(_ tag: Int, in directory: Directory) -> Int? {
        directory.entries.first { $0.tag == tag }.flatMap { number(of: $0) }
    }

    private func takeLocation(out directory: Directory, keeping isKept: [Bool], in result: inout [UInt8]) {
        func erase(_ range: Range<Int>) {
            for place in range.clamped(to: 0..<count) where !isKept[place] { result[place] = 0 }
        }
        let pointers = Set(pointers(in: directory))
        guard !pointers.isEmpty else { return }
        for place in pointers {
            // What its value is taken for: that itself, or where a list of such stands.
            let offset = number(place + 8, 4) ?? 0
            let list = directory.entries.first { $0.place == place && !$0.isInline }.map { entry in
                numbers(of: entry).prefix(Self.locationLimit)
            }
            for offset in [offset] + (list ?? []) {
                guard let location = self.directory(at: offset, isCut: true) else { continue }
                for entry in location.entries.prefix(Self.locationLimit) where !entry.isInline { erase(entry.value) }
                erase(location.range)
            }
            if let list, !list.isEmpty { erase(offset..<(offset + list.count * 4)) }
        }
        // The directory anew, shorter by those entries; what is left over of it is zero.
        let (start, end) = (directory.range.lowerBound, directory.range.upperBound)
        let before = Array(result[start..<end])
        // One that is cut stays so: who cannot read it now is not to read another picture in it.
        var after = written(directory.announced - pointers.count, 2)
        for place in places(of: directory) where !pointers.contains(place) {
            after += before[(place - start)..<(place - start + 12)]
        }
        after += before[(2 + directory.total * 12)...]
        after += [UInt8](repeating: 0, count: before.count - after.count)
        result.replaceSubrange(start..<end, with: after)
    }
}
