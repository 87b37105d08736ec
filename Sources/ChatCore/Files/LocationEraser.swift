/// Takes out of a JPEG, while it comes in, where it was taken: the GPS part of its EXIF (`--strip-location`). All else
/// stays, byte for byte, and so does the size.
///
/// 1. The segments of a JPEG go through as they come. An APP1 is held until it is whole, 64 KiB at most.
/// 2. If it is EXIF, the entry that points to the GPS directory is taken out of the directory that has it, the entries
///    behind it move up, and the directory and its values are overwritten with zeros. Nothing else moves: offsets are
///    counted from the beginning of the block.
/// 3. What something else of the block lies in is not overwritten; EXIF that cannot be read stays as it is.
/// 4. From the scan on, and in what is no JPEG, nothing is looked at.
public struct LocationEraser: Sendable {
    private enum State {
        /// At the two bytes that begin a JPEG.
        case start
        /// At a marker: these bytes of it and of the length behind it have come.
        case marker
        /// In a segment of which so many bytes are to come.
        case segment(Int)
        /// In an APP1 of which so many bytes are to come.
        case held(Int)
        case done
    }

    private var state = State.start
    private var held: [UInt8] = []

    public init() {}

    /// Whether whatever still comes goes through as it is.
    public var isDone: Bool {
        if case .done = state { return true }
        return false
    }

    /// - Returns: what can be passed on of what has come.
    public mutating func take(_ bytes: some Collection<UInt8>) -> [UInt8] {
        var output: [UInt8] = []
        output.reserveCapacity(bytes.count + held.count)
        var rest = bytes[...]
        while !rest.isEmpty {
            switch state {
            case .done:
                output.append(contentsOf: rest)
                return output
            case .segment(let left):
                let part = rest.prefix(left)
                output.append(contentsOf: part)
                rest = rest.dropFirst(part.count)
                state = part.count == left ? .marker : .segment(left - part.count)
            case .held(let left):
                let part = rest.prefix(left)
                held.append(contentsOf: part)
                rest = rest.dropFirst(part.count)
                state = part.count == left ? .marker : .held(left - part.count)
                if part.count == left { release(to: &output) }
            case .start, .marker:
                held.append(rest.removeFirst())
                step(&output)
            }
        }
        return output
    }

    /// What is still held of a file that ends.
    public mutating func finish() -> [UInt8] {
        defer { held = [] }
        state = .done
        return held
    }

    /// One more byte of a marker is there.
    private mutating func step(_ output: inout [UInt8]) {
        if case .start = state {
            guard held.count == 2 else { return end(unless: held[0] == 0xFF, &output) }
            return held == [0xFF, 0xD8] ? pass(.marker, &output) : end(unless: false, &output)
        }
        guard held.count > 1 else { return end(unless: held[0] == 0xFF, &output) }
        switch held[1] {
        case 0xFF:
            // A fill byte: the next may be the marker.
            output.append(held.removeFirst())
        case 0x01, 0xD0...0xD8: pass(.marker, &output)
        case 0x00, 0xD9, 0xDA: pass(.done, &output)
        default:
            guard held.count == 4 else { return }
            let length = Int(held[2]) << 8 | Int(held[3])
            guard length >= 2 else { return pass(.done, &output) }
            guard held[1] == 0xE1, length > 2 else {
                return pass(length == 2 ? .marker : .segment(length - 2), &output)
            }
            state = .held(length - 2)
        }
    }

    private mutating func end(unless goesOn: Bool, _ output: inout [UInt8]) {
        if !goesOn { pass(.done, &output) }
    }

    private mutating func pass(_ next: State, _ output: inout [UInt8]) {
        output.append(contentsOf: held)
        held.removeAll(keepingCapacity: true)
        state = next
    }

    /// A whole APP1 is there: marker, length, content.
    private mutating func release(to output: inout [UInt8]) {
        let start = 4 + Exif.mark.count
        if held.count > start, held[4..<start].elementsEqual(Exif.mark) {
            output.append(contentsOf: held[..<start])
            output.append(contentsOf: Exif.withoutLocation(held[start...]))
        } else {
            output.append(contentsOf: held)
        }
        held.removeAll(keepingCapacity: true)
    }
}

extension Exif {
    /// Directories of a block that are looked at: the picture's, the thumbnail's.
    private static let directoryLimit = 4
    /// Entries of a GPS directory whose values are overwritten: there are 32 tags.
    private static let locationLimit = 64

    /// The block without the GPS directories that its directories point to, of the same length.
    static func withoutLocation(_ block: ArraySlice<UInt8>) -> [UInt8] {
        var result = Array(block)
        guard let exif = Exif(block) else { return result }
        let chain = exif.chain
        guard chain.contains(where: { $0.entries.contains { $0.tag == Tag.gps } }) else { return result }
        let kept = exif.map(of: chain)
        for directory in chain { exif.takeLocation(out: directory, keeping: kept, in: &result) }
        return result
    }

    /// The directories that follow one another from the first.
    private var chain: [Directory] {
        var found: [Directory] = []
        var offset = first
        while found.count < Self.directoryLimit, offset != 0, let directory = directory(at: offset),
            !found.contains(directory)
        {
            found.append(directory)
            offset = directory.next
        }
        return found
    }

    /// Which bytes are anything else's than the location's.
    private func map(of chain: [Directory]) -> [Bool] {
        // How many begin at a byte, less those that end before it: linear, however the ranges lie over one another.
        var edges = [Int](repeating: 0, count: count + 1)
        func keep(_ range: Range<Int>) {
            let range = range.clamped(to: 0..<count)
            edges[range.lowerBound] += 1
            edges[range.upperBound] -= 1
        }
        func keepAll(of directory: Directory, below depth: Int) {
            keep(directory.range)
            for entry in directory.entries where entry.tag != Tag.gps && !entry.isInline { keep(entry.value) }
            if let start = number(Tag.thumbnail, in: directory),
                let length = number(Tag.thumbnailLength, in: directory)
            {
                keep(start..<(start + length))
            }
            guard depth > 0 else { return }
            for tag in [Tag.exif, Tag.interoperability] {
                guard let next = number(tag, in: directory).flatMap({ self.directory(at: $0) }) else { continue }
                keepAll(of: next, below: depth - 1)
            }
        }
        keep(0..<8)
        for directory in chain { keepAll(of: directory, below: 2) }
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
        let pointers = directory.entries.filter { $0.tag == Tag.gps }
        for pointer in pointers {
            guard let location = number(of: pointer).flatMap({ self.directory(at: $0) }) else { continue }
            for entry in location.entries.prefix(Self.locationLimit) where !entry.isInline { erase(entry.value) }
            erase(location.range)
        }
        guard !pointers.isEmpty else { return }
        // The directory anew, shorter by those entries; what is left over of it is zero.
        let (start, end) = (directory.range.lowerBound, directory.range.upperBound)
        let places = Set(pointers.map(\.place))
        let total = (end - start - 2) / 12
        let before = Array(result[start..<end])
        var after = written(total - places.count, 2)
        for place in stride(from: start + 2, to: start + 2 + total * 12, by: 12) where !places.contains(place) {
            after += before[(place - start)..<(place - start + 12)]
        }
        after += before[(2 + total * 12)...]
        after += [UInt8](repeating: 0, count: before.count - after.count)
        result.replaceSubrange(start..<end, with: after)
    }
}
