import ByteText

/// Takes out of a JPEG, while it comes in, where it was taken (`--strip-location`): the GPS part of its EXIF, and what
/// its XMP says of it. All else stays, byte for byte, and so does the size.
///
/// 1. The segments of a JPEG go through as they come. An APP1 is held until it is whole, 64 KiB at most, wherever it
///    stands: before the picture, between its scans, behind them.
/// 2. If it is EXIF, ``Exif/withoutLocation(_:)`` has it. If it is XMP and says anything of GPS, blanks take its place.
/// 3. Behind a picture may be another: a preview, a gain map, the picture of a second lens (CIPA DC-007). What is there
///    is searched for where one begins, and read as the first was.
/// 4. In what is no JPEG nothing is looked at.
///
/// Most of a picture is its scans, of which only bytes of 0xFF matter.
public struct LocationEraser: Sendable {
    private enum State {
        /// At the two bytes that begin a JPEG.
        case start
        /// At a marker: these bytes of it and of the length behind it have come.
        case marker
        /// In a segment of which so many bytes are to come; of a scan's head, and then the scan.
        case segment(Int, isScan: Bool)
        /// In an APP1 of which so many bytes are to come.
        case held(Int)
        /// In a scan: up to a marker that is none of its own.
        case scan
        /// Behind a picture: up to three bytes that begin another.
        case between
        case done
    }

    private var state = State.start
    /// What has come and was not passed on: of a marker, or a whole APP1.
    private var held: [UInt8] = []
    /// Whether what is at a marker was in a scan before it.
    private var cameFromScan = false

    public init() {}

    /// Whether whatever still comes goes through as it is.
    public var isDone: Bool {
        if case .done = state { return true }
        return false
    }

    /// - Returns: what can be passed on of what has come.
    public mutating func take(_ bytes: some Collection<UInt8>) -> [UInt8] {
        bytes.withContiguousStorageIfAvailable { take(UnsafeRawBufferPointer($0)) }
            ?? Array(bytes).withUnsafeBytes { take($0) }
    }

    private mutating func take(_ bytes: UnsafeRawBufferPointer) -> [UInt8] {
        var output: [UInt8] = []
        output.reserveCapacity(bytes.count + held.count)
        var place = 0
        while place < bytes.count {
            let rest = bytes.count - place
            switch state {
            case .done:
                output.append(contentsOf: bytes[place...])
                return output
            case .segment(let left, let isScan):
                let size = min(left, rest)
                output.append(contentsOf: bytes[place..<(place + size)])
                place += size
                state = size < left ? .segment(left - size, isScan: isScan) : isScan ? .scan : .marker
            case .held(let left):
                let size = min(left, rest)
                held.append(contentsOf: bytes[place..<(place + size)])
                place += size
                state = size < left ? .held(left - size) : .marker
                if size == left { release(to: &output) }
            case .scan, .between: skip(bytes, &place, &output)
            case .start, .marker:
                if held.count == 1, bytes[place] == 0xFF, case .marker = state {
                    // Fill bytes: the last of them may begin the marker.
                    let end = bytes[place...].firstIndex { $0 != 0xFF } ?? bytes.count
                    output.append(contentsOf: bytes[place..<end])
                    place = end
                } else {
                    held.append(bytes[place])
                    place += 1
                    step(&output)
                }
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

    /// Passes everything on up to the next byte of 0xFF that may begin something.
    private mutating func skip(
        _ bytes: UnsafeRawBufferPointer, _ place: inout Int, _ output: inout [UInt8]
    ) {
        guard held.isEmpty else {
            held.append(bytes[place])
            place += 1
            return stepBetween(&output)
        }
        var isScan = false
        if case .scan = state { isScan = true }
        var mark = Bytes.firstPlace(of: 0xFF, in: bytes, from: place)
        // What cannot begin anything is passed on with the rest.
        while let found = mark, found + 1 < bytes.count, !Self.mayBegin(bytes[found + 1], inScan: isScan) {
            mark = Bytes.firstPlace(of: 0xFF, in: bytes, from: found + (bytes[found + 1] == 0xFF ? 1 : 2))
        }
        output.append(contentsOf: bytes[place..<(mark ?? bytes.count)])
        place = mark ?? bytes.count
        guard mark != nil else { return }
        held.append(0xFF)
        place += 1
        if isScan {
            cameFromScan = true
            state = .marker
        }
    }

    /// Whether what stands behind a 0xFF may make something of it: a marker, or the beginning of a picture.
    private static func mayBegin(_ byte: UInt8, inScan: Bool) -> Bool {
        inScan ? !isOfScan(byte) && byte != 0xFF : byte == 0xD8
    }

    /// A 0xFF of the scan itself, or where it may be taken up again.
    private static func isOfScan(_ byte: UInt8) -> Bool {
        byte == 0 || byte == 0x01 || (0xD0...0xD7).contains(byte)
    }

    /// One more byte is there of what may begin a picture.
    private mutating func stepBetween(_ output: inout [UInt8]) {
        switch held {
        case [0xFF, 0xFF]: output.append(held.removeFirst())
        case [0xFF, 0xD8]: break
        case [0xFF, 0xD8, 0xFF]:
            output.append(contentsOf: held[..<2])
            held = [0xFF]
            cameFromScan = false
            state = .marker
        default: pass(.between, &output)
        }
    }

    /// One more byte of a marker is there.
    private mutating func step(_ output: inout [UInt8]) {
        if case .start = state {
            guard held.count == 2 else { return end(unless: held[0] == 0xFF, &output) }
            return held == [0xFF, 0xD8] ? pass(.marker, &output) : end(unless: false, &output)
        }
        guard held.count > 1 else {
            // No marker where one should be: whatever comes is none of this picture.
            if held[0] != 0xFF { pass(.between, &output) }
            return
        }
        switch held[1] {
        case 0x00, 0x01, 0xD0...0xD7: pass(cameFromScan ? .scan : held[1] == 0 ? .between : .marker, &output)
        case 0xD8: pass(.marker, &output)
        case 0xD9: pass(.between, &output)
        default:
            guard held.count == 4 else { return }
            let length = Int(held[2]) << 8 | Int(held[3])
            guard length >= 2 else { return pass(.between, &output) }
            cameFromScan = false
            let isScan = held[1] == 0xDA
            guard held[1] == 0xE1, length > 2 else {
                let next = length == 2 ? (isScan ? State.scan : .marker) : .segment(length - 2, isScan: isScan)
                return pass(next, &output)
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

    // MARK: APP1

    /// Beginnings of XMP: a packet, and what of one did not fit into a segment (Adobe's XMP specification, part 3).
    private static let packets = ["http://ns.adobe.com/xap/1.0/", "http://ns.adobe.com/xmp/extension/"]

    /// A whole APP1 is there: marker, length, content.
    private mutating func release(to output: inout [UInt8]) {
        let content = held[4...]
        // Some write something else for the second zero, and are read.
        let start = 4 + Exif.mark.count
        if content.starts(with: Exif.mark.dropLast()), held.count > start {
            output.append(contentsOf: held[..<start])
            output.append(contentsOf: Exif.withoutLocation(held[start...]))
        } else if let name = Self.packets.first(where: { content.starts(with: $0.utf8) }), Self.namesGPS(content) {
            let kept = 4 + name.utf8.count + 1
            output.append(contentsOf: held.prefix(kept))
            output.append(contentsOf: repeatElement(UInt8(ascii: " "), count: max(0, held.count - kept)))
        } else {
            output.append(contentsOf: held)
        }
        held.removeAll(keepingCapacity: true)
    }

    /// `exif:GPSLatitude` and its like, in whatever prefix and case.
    private static func namesGPS(_ text: ArraySlice<UInt8>) -> Bool {
        text.withUnsafeBytes { bytes in
            bytes.count > 2 && (0..<(bytes.count - 2)).contains { place in
                bytes[place] | 0x20 == UInt8(ascii: "g") && bytes[place + 1] | 0x20 == UInt8(ascii: "p")
                    && bytes[place + 2] | 0x20 == UInt8(ascii: "s")
            }
        }
    }
}
