import ChatCore
import Testing

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
        let (picture, tail) = (Self.picture(block.whole), Self.picture(block.wanted))
        // What stands behind the scan is a picture of its own, and none of its EXIF.
        let end = picture.count - block.whole.count - 2 - 10
        let wanted = tail[..<end] + picture[end...]
        for parts in [Int.max, 1, 2, 3, 7, 100] {
            #expect(Self.erase(picture, parts: parts) == Array(wanted), "in parts of \(parts)")
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

    @Test("EXIF that cannot be read stays as it is, and what only claims to be a location harms nothing")
    func broken() {
        let block = Block(isLittle: false)
        for offset in [0, 4, 7, 8, 9] {
            var exif = block.whole
            exif[offset] = 0xFF
            #expect(Self.erase(Self.picture(exif)) == Self.picture(exif), "byte \(offset)")
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
}
