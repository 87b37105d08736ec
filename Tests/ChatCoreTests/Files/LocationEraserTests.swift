import Testing

@testable import ChatCore

@Suite("Where a picture was taken is taken out of it")
struct LocationEraserTests {
    /// A block of EXIF, made from its directories.
    private struct Block {
        let isLittle: Bool
        func number(_ value: Int, _ count: Int) -> [UInt8] {
            let big = (0..<count).reversed().map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) }
            return isLittle ? big.reversed() : big
        }
        func entry(_ tag: Int, _ type: Int, _ count: Int, _ value: [UInt8]) -> [UInt8] {
            number(tag, 2) + number(type, 2) + number(count, 4) + value + [UInt8](repeating: 0, count: 4 - value.count)
        }
        func directory(_ entries: [[UInt8]], next: Int = 0) -> [UInt8] {
            number(entries.count, 2) + entries.joined() + number(next, 4)
        }
        var head: [UInt8] { Array((isLittle ? "II" : "MM").utf8) + number(42, 2) + number(8, 4) }

        /// Orientation, a date, where it was taken, and an Exif directory behind all that.
        var whole: [UInt8] {
            let first = 8 + 2 + 4 * 12 + 4
            let (date, place, exif) = (first, first + 20, first + 20 + 54 + 48)
            let top = directory([
                entry(0x0112, 3, 1, number(6, 2)), entry(0x0132, 2, 20, number(date, 4)),
                entry(0x8769, 4, 1, number(exif, 4)), entry(0x8825, 4, 1, number(place, 4)),
            ])
            let gps = directory([
                entry(1, 2, 2, Array("N".utf8)), entry(2, 5, 3, number(place + 54, 4)), entry(3, 2, 2, Array("E".utf8)),
                entry(4, 5, 3, number(place + 78, 4)),
            ])
            let values = [52, 1, 31, 1, 12, 1, 13, 1, 24, 1, 30, 1].flatMap { number($0, 4) }
            return head + top + Array("2026:01:01 00:00:00\0".utf8) + gps + values
                + directory([entry(0x9003, 2, 4, Array("now".utf8))])
        }

        /// The same without it: the entry is gone, its place and what it pointed to are zero.
        var wanted: [UInt8] {
            var bytes = whole
            bytes.replaceSubrange(8..<10, with: number(3, 2))
            bytes.replaceSubrange((10 + 36)..<(10 + 52), with: [UInt8](repeating: 0, count: 16))
            let place = 62 + 20
            bytes.replaceSubrange(place..<(place + 102), with: [UInt8](repeating: 0, count: 102))
            return bytes
        }
    }

    private static func segment(_ marker: UInt8, _ content: [UInt8]) -> [UInt8] {
        [0xFF, marker, UInt8((content.count + 2) >> 8), UInt8((content.count + 2) & 255)] + content
    }

    private static func picture(_ exif: [UInt8]) -> [UInt8] {
        [0xFF, 0xD8] + segment(0xE0, Array("JFIF".utf8)) + [0xFF]
            + segment(0xE1, Array("http://ns.adobe.com/xap/1.0/\0<x/>".utf8))
            + segment(0xE1, Array("Exif".utf8) + [0, 0] + exif) + segment(0xDB, [UInt8](repeating: 7, count: 300))
            + segment(0xC0, [8, 0, 30, 0, 40, 1, 1, 0x11, 0]) + segment(0xDA, [1, 1, 0, 0, 63, 0])
            + Array("scan".utf8) + segment(0xE1, Array("Exif".utf8) + [0, 0] + exif) + [0xFF, 0xD9]
    }

    private static func erase(_ bytes: [UInt8], parts: Int = .max) -> [UInt8] {
        var eraser = LocationEraser()
        var result: [UInt8] = []
        for start in stride(from: 0, to: bytes.count, by: min(parts, max(1, bytes.count))) {
            result += eraser.take(bytes[start..<min(bytes.count, start &+ min(parts, bytes.count))])
        }
        return result + eraser.finish()
    }

    @Test("Only the location goes: all else stays byte for byte, and so does the size", arguments: [false, true])
    func erased(isLittle: Bool) {
        let block = Block(isLittle: isLittle)
        // Behind the scan, too.
        let (picture, wanted) = (Self.picture(block.whole), Self.picture(block.wanted))
        for parts in [Int.max, 1, 2, 3, 7, 100] {
            #expect(Self.erase(picture, parts: parts) == wanted, "in parts of \(parts)")
        }
        var probe = FileProbe()
        probe.take(wanted)
        #expect(probe.finish() == FileTraits(mimeType: "image/jpeg", width: 30, height: 40))
    }

    @Test("What is no JPEG, or one without a location, goes through as it is")
    func untouched() {
        let block = Block(isLittle: true)
        let others: [[UInt8]] = [
            [], [0xFF], [0xFF, 0xD8], [0xFF, 0xD8, 0xFF], [0xFF, 0xD8, 0xFF, 0xE1], [0xFF, 0xD8, 0xFF, 0xE1, 0, 1],
            [0xFF, 0xD8, 0xFF, 0xE1, 0, 2, 0xFF, 0xD9], Array("\u{89}PNG".utf8) + block.whole, block.whole,
            Self.picture(block.wanted), Array(Self.picture(block.whole).prefix(150)), [0xFF, 0xD8, 1, 2] + block.whole,
        ]
        for bytes in others {
            for parts in [Int.max, 1, 2, 3, 50] { #expect(Self.erase(bytes, parts: parts) == bytes) }
        }
    }

    @Test("EXIF that cannot be read is zeros, and what only claims to be a location harms nothing")
    func broken() {
        let block = Block(isLittle: false)
        let place = [52, 1, 31, 1].flatMap { block.number($0, 4) }
        for offset in [8, 9] {
            var exif = block.whole
            exif[offset] = 0xFF
            let erased = Self.erase(Self.picture(exif))
            #expect(!Self.contains(erased, place) && erased.count == Self.picture(exif).count)
        }
        for offset in [0, 4, 7] {
            var exif = block.whole
            exif[offset] = 0xFF
            let nothing = [UInt8](repeating: 0, count: exif.count)
            #expect(Self.erase(Self.picture(exif)) == Self.picture(nothing), "byte \(offset)")
        }
        // The pointer points to the directory itself, to the date, behind the end: it goes, they stay.
        for place in [8, 62, 70_000] {
            let top = block.directory([
                block.entry(0x0112, 3, 1, block.number(6, 2)), block.entry(0x0132, 2, 20, block.number(50, 4)),
                block.entry(0x8825, 4, 1, block.number(place, 4)),
            ])
            let date = Array("2026:01:01 00:00:00\0".utf8)
            let result = Self.erase(Self.picture(block.head + top + date))
            #expect(result.count == Self.picture(block.head + top + date).count)
            let kept = block.directory([block.entry(0x0112, 3, 1, block.number(6, 2)),
                block.entry(0x0132, 2, 20, block.number(50, 4))])
            let wanted = block.head + kept + [UInt8](repeating: 0, count: 12) + date
            #expect(result.prefix(200) == Self.picture(wanted).prefix(200), "a pointer to \(place)")
        }
    }

    // MARK: Wherever it stands

    /// A block whose directories are given as their entries, the values of the location behind them all.
    private static func block(_ block: Block, _ make: (_ gps: Int) -> [[UInt8]]) -> (whole: [UInt8], place: [UInt8]) {
        let place = [52, 1, 31, 1, 12, 1].flatMap { block.number($0, 4) }
        let size = make(0).joined().count
        let gps = 8 + size
        let directory = block.directory([block.entry(2, 5, 3, block.number(gps + 18, 4))])
        return (block.head + make(gps).joined() + directory + place, place)
    }

    private static func contains(_ bytes: [UInt8], _ part: [UInt8]) -> Bool {
        (0...max(0, bytes.count - part.count)).contains { bytes[$0...].starts(with: part) }
    }

    @Test("The location goes, whichever directory points to it and however", arguments: [false, true])
    func anywhere(isLittle: Bool) {
        let block = Block(isLittle: isLittle)
        let turned = block.entry(0x0112, 3, 1, block.number(6, 2))
        func pointer(_ place: Int, _ type: Int = 4, _ count: Int = 1) -> [UInt8] {
            block.entry(0x8825, type, count, block.number(place, 4))
        }
        let first = 8 + 2 + 2 * 12 + 4
        let blocks = [
            // In the directory of the thumbnail, of the Exif, of one in that.
            Self.block(block) { [block.directory([turned, turned], next: first), block.directory([pointer($0)])] },
            Self.block(block) {
                [block.directory([turned, block.entry(0x8769, 4, 1, block.number(first, 4))]),
                    block.directory([pointer($0)])]
            },
            Self.block(block) {
                [block.directory([turned, block.entry(0x8769, 4, 1, block.number(first, 4))]),
                    block.directory([block.entry(0xA005, 4, 1, block.number(first + 18, 4))]),
                    block.directory([pointer($0)])]
            },
            // Of another type or count: in the entry, or in a list behind the directory.
            Self.block(block) { [block.directory([turned, pointer($0, 13)])] },
            Self.block(block) { [block.directory([turned, pointer($0, 99, 7)])] },
            Self.block(block) {
                [block.directory([turned, pointer(first, 4, 2)]), block.number($0, 4) + block.number($0, 4)]
            },
            Self.block(block) { [block.directory([turned, pointer($0, 4, 0)])] },
            Self.block(block) { [block.directory([turned, pointer($0, 4, 3_000_000)])] },
        ]
        for (number, (whole, place)) in blocks.enumerated() {
            for mark: UInt8 in [0, 0xFF] {
                var picture = Self.picture(whole)
                for at in picture.indices where picture[at...].starts(with: Exif.mark) { picture[at + 5] = mark }
                #expect(Self.contains(picture, place))
                let erased = Self.erase(picture)
                #expect(!Self.contains(erased, place) && erased.count == picture.count, "\(number)")
                #expect(Self.contains(erased, turned), "\(number) is still turned")
                #expect(Self.erase(picture, parts: 1) == erased)
            }
        }
    }

    @Test("What XMP says of it goes, and other XMP stays")
    func packets() {
        func picture(_ packet: String) -> [UInt8] {
            [0xFF, 0xD8] + Self.segment(0xE1, Array(packet.utf8)) + Self.segment(0xDA, [1, 1, 0, 0, 63, 0])
                + [1, 0xFF, 0, 0xFF, 0xD3, 2, 0xFF, 0xFF, 0xD9]
        }
        for name in ["http://ns.adobe.com/xap/1.0/\0", "http://ns.adobe.com/xmp/extension/\0"] {
            for said in [#"exif:GPSLatitude="52,31N""#, "<drone:GpsLongitude>13.4</drone:GpsLongitude>"] {
                let packet = name + "<x " + said + "/>"
                let erased = Self.erase(picture(packet))
                #expect(!Self.contains(erased, Array(said.utf8)) && Self.contains(erased, Array(name.utf8)))
                #expect(erased.count == picture(packet).count && erased.suffix(19) == picture(packet).suffix(19))
            }
            let other = picture(name + #"<x exif:PixelXDimension="40"/>"#)
            #expect(Self.erase(other) == other)
        }
    }

    @Test("A second picture behind the first has its own taken out, whatever stands between them")
    func second() {
        let block = Block(isLittle: true)
        let (whole, wanted) = (Self.picture(block.whole), Self.picture(block.wanted))
        let fill = [UInt8](repeating: 0xFF, count: 99)
        for between: [UInt8] in [[], [0], [0xFF], [0xFF, 0xFF, 0xD8, 0], fill, [0xFF, 0xD8]] {
            for parts in [Int.max, 1, 2, 3, 7] {
                let result = Self.erase(whole + between + whole + between, parts: parts)
                #expect(result == wanted + between + wanted + between, "\(between) in parts of \(parts)")
            }
        }
    }

    @Test("A picture of one byte over and over costs as another does", arguments: [0xFF, 0xD8, 0x00] as [UInt8])
    func dull(byte: UInt8) {
        let bytes = [0xFF, 0xD8] + [UInt8](repeating: byte, count: 1_000_000)
        #expect(Self.erase(bytes, parts: 65_536) == bytes)
        let scan = [0xFF, 0xD8] + Self.segment(0xDA, [1, 1, 0, 0, 63, 0]) + [UInt8](repeating: byte, count: 1_000_000)
        #expect(Self.erase(scan, parts: 65_536) == scan)
    }
}
