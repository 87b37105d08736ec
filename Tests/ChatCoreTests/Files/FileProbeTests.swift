import ChatCore
import Testing

@Suite("Files are told by their bytes")
struct FileProbeTests {
    private static func big(_ value: Int, _ count: Int) -> [UInt8] {
        (0..<count).reversed().map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) }
    }

    private static func little(_ value: Int, _ count: Int) -> [UInt8] { big(value, count).reversed() }

    private static func text(_ text: String) -> [UInt8] { Array(text.utf8) }

    private static func box(_ name: String, _ content: [UInt8]) -> [UInt8] {
        big(content.count + 8, 4) + text(name) + content
    }

    private static let png =
        [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A] + big(13, 4) + text("IHDR") + big(640, 4) + big(480, 4)
        + [8, 6, 0, 0, 0]
    private static let gif = text("GIF89a") + little(320, 2) + little(200, 2) + [0, 0, 0]
    /// With metadata, fill bytes and a quantisation table before the frame.
    private static let jpeg =
        [0xFF, 0xD8, 0xFF, 0xE1] + big(3002, 2) + [UInt8](repeating: 0xFF, count: 3000) + [0xFF, 0xFF, 0xDB]
        + big(4, 2) + [0, 0, 0xFF, 0xC2] + big(17, 2) + [8] + big(768, 2) + big(1024, 2)
    private static let lossy =
        text("RIFF") + little(100, 4) + text("WEBPVP8 ") + little(50, 4) + [0, 0, 0, 0x9D, 0x01, 0x2A]
        + little(0x4000 | 550, 2) + little(368, 2)
    private static let lossless =
        text("RIFF") + little(100, 4) + text("WEBPVP8L") + little(50, 4) + [0x2F] + little(399 | 300 << 14, 4)
    private static let extended =
        text("RIFF") + little(100, 4) + text("WEBPVP8X") + little(10, 4) + [0, 0, 0, 0] + little(1199, 3)
        + little(799, 3)
    private static let avif: [UInt8] = {
        func size(_ width: Int, _ height: Int) -> [UInt8] { box("ispe", [0, 0, 0, 0] + big(width, 4) + big(height, 4)) }
        let properties = box("ipco", size(512, 512) + box("pixi", [0, 0, 0, 0]) + size(1204, 800))
        let meta = box("meta", [0, 0, 0, 0] + box("hdlr", [1, 2, 3]) + box("iprp", properties))
        return box("ftyp", text("avif") + [0, 0, 0, 0] + text("mif1miaf")) + meta + box("mdat", [1, 2, 3])
    }()

    private static let all: [(bytes: [UInt8], traits: FileTraits)] = [
        (png, FileTraits(mimeType: "image/png", width: 640, height: 480)),
        (gif, FileTraits(mimeType: "image/gif", width: 320, height: 200)),
        (jpeg, FileTraits(mimeType: "image/jpeg", width: 1024, height: 768)),
        (lossy, FileTraits(mimeType: "image/webp", width: 550, height: 368)),
        (lossless, FileTraits(mimeType: "image/webp", width: 400, height: 301)),
        (extended, FileTraits(mimeType: "image/webp", width: 1200, height: 800)),
        (avif, FileTraits(mimeType: "image/avif", width: 1204, height: 800)),
    ]

    private static let unknown = FileTraits(mimeType: MediaTypes.unknown)

    private static func probe(_ bytes: [UInt8], as type: String? = nil, parts: Int = .max) -> FileTraits {
        var probe = FileProbe(declaredType: type)
        for start in stride(from: 0, to: bytes.count, by: max(1, min(parts, bytes.count))) {
            probe.take(bytes[start..<min(bytes.count, start &+ min(parts, bytes.count))])
        }
        return probe.finish()
    }

    @Test("Each format with its size, however it comes in", arguments: 0..<7)
    func formats(_ index: Int) {
        let (bytes, traits) = Self.all[index]
        for parts in [Int.max, 1, 7, 100] { #expect(Self.probe(bytes, parts: parts) == traits) }
        #expect(Self.probe(bytes + [UInt8](repeating: 7, count: 400_000), parts: 65_536) == traits)
    }

    @Test("What only says that it is an image is none")
    func others() {
        let others = [
            "", "x", "<html><script>alert(1)</script>", "%PDF-1.7", "GIF88a0000", "<svg xmlns=",
            "\u{89}PNG", "BM......", "RIFF0000WEBPABCD", "OggX", "ID3\u{9}\0", "\u{FF}\u{FB}",
        ]
        for text in others { #expect(Self.probe(Array(text.utf8)) == Self.unknown, "\(text)") }
    }

    @Test("A header that is cut is an image without a size or none, and one with nonsense in it traps nothing")
    func hostile() {
        var random = SystemRandomNumberGenerator()
        for (bytes, traits) in Self.all {
            for length in 0..<min(bytes.count, 400) {
                let found = Self.probe(Array(bytes.prefix(length)))
                #expect(found == Self.unknown || found.mimeType == traits.mimeType)
            }
            for _ in 0..<2000 {
                var broken = bytes
                for _ in 0..<Int.random(in: 1...12, using: &random) {
                    let place = Int.random(in: 0..<broken.count, using: &random)
                    broken[place] = [0, 1, 0x7F, 0x80, 0xFF, UInt8.random(in: 0...255, using: &random)]
                        .randomElement(using: &random) ?? 0
                }
                let found = Self.probe(broken, parts: Int.random(in: 1...5000, using: &random))
                for side in [found.width, found.height] { #expect(side ?? 1 > 0) }
            }
        }
    }

    @Test("What is told of broken boxes does not depend on how they come in")
    func brokenBoxes() {
        let brand = Self.big(8, 4) + Self.text("ftyp") + Self.text("avif") + [UInt8](repeating: 0, count: 40)
        let long = Self.box("ftyp", Self.text("avif") + [0, 0, 0, 0]) + Self.big(1, 4) + Self.text("free")
            + [0, 0, 0, 0, 0, 0, 0, 24] + [UInt8](repeating: 0, count: 8) + Self.big(9, 4) + Self.text("meta")
        for bytes in [brand, long] {
            let whole = Self.probe(bytes)
            for parts in 1...16 { #expect(Self.probe(bytes, parts: parts) == whole, "in parts of \(parts)") }
        }
    }

    @Test("Lengths at the edge of what a number holds")
    func edges() {
        let head = Self.box("ftyp", Self.text("avif") + [0, 0, 0, 0])
        let most = [UInt8](repeating: 0xFF, count: 8)
        let boxes: [[UInt8]] = [
            Self.big(1, 4) + Self.text("free") + most, Self.big(1, 4) + Self.text("free") + [0x7F] + most.dropFirst(),
            Self.big(0, 4) + Self.text("meta"), most + Self.text("meta"), Self.big(7, 4) + Self.text("meta"),
            Self.big(16, 4) + Self.text("meta") + [0, 0, 0, 0] + Self.big(0, 4) + Self.text("iprp"),
        ]
        for box in boxes {
            #expect(Self.probe(head + box + [UInt8](repeating: 0, count: 64)).mimeType == "image/avif")
        }
        let huge = Self.png.prefix(16) + [0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 1]
        #expect(Self.probe(Array(huge)) == FileTraits(mimeType: "image/png"))
    }

    // MARK: Turned pictures

    /// EXIF with an orientation, in either order of bytes.
    private static func exif(_ orientation: Int, little isLittle: Bool = false) -> [UInt8] {
        func number(_ value: Int, _ count: Int) -> [UInt8] { isLittle ? little(value, count) : big(value, count) }
        return text(isLittle ? "II" : "MM") + number(42, 2) + number(8, 4) + number(1, 2) + number(0x0112, 2)
            + number(3, 2) + number(1, 4) + number(orientation, 2) + number(0, 2) + number(0, 4)
    }

    private static func app1(_ exif: [UInt8]) -> [UInt8] {
        [0xFF, 0xE1] + big(exif.count + 8, 2) + text("Exif") + [0, 0] + exif
    }

    private static let frame: [UInt8] = [0xFF, 0xC0] + big(17, 2) + [8] + big(3000, 2) + big(4000, 2) + [3] + [UInt8](
        repeating: 1, count: 9)
    private static let scan: [UInt8] = [0xFF, 0xDA] + big(12, 2)

    @Test("A JPEG has the size that a browser shows, by its first EXIF", arguments: 0...9)
    func turned(orientation: Int) {
        let size = (5...8).contains(orientation) ? [3000, 4000] : [4000, 3000]
        for little in [false, true] {
            let exif = Self.app1(Self.exif(orientation, little: little))
            for picture in [
                [0xFF, 0xD8] + exif + Self.frame + Self.scan, [0xFF, 0xD8] + Self.frame + exif + Self.scan,
                [0xFF, 0xD8] + exif + Self.app1(Self.exif(1)) + Self.frame + Self.scan,
            ] {
                for parts in [Int.max, 1, 13] {
                    let found = Self.probe(picture, parts: parts)
                    #expect([found.width, found.height] == size, "orientation \(orientation) in \(parts)")
                }
            }
        }
    }

    @Test("A PNG is turned by an eXIf before its pixels, and by no later one")
    func turnedPNG() {
        func chunk(_ name: String, _ content: [UInt8]) -> [UInt8] {
            Self.big(content.count, 4) + Self.text(name) + content + [0, 0, 0, 0]
        }
        let head = Self.png.prefix(29) + [0, 0, 0, 0]
        let (exif, pixels) = (chunk("eXIf", Self.exif(6)), chunk("IDAT", [1, 2, 3]))
        #expect(Self.probe(head + exif + pixels) == FileTraits(mimeType: "image/png", width: 480, height: 640))
        #expect(Self.probe(head + pixels + exif) == FileTraits(mimeType: "image/png", width: 640, height: 480))
    }

    /// A picture of boxes with a thumbnail, and the primary item turned as often as said.
    private static func boxed(_ brand: String, turns: UInt8?) -> [UInt8] {
        func size(_ width: Int, _ height: Int) -> [UInt8] { box("ispe", [0, 0, 0, 0] + big(width, 4) + big(height, 4)) }
        let turn = turns.map { box("irot", [$0]) } ?? []
        let own: [UInt8] = turns == nil ? [0, 2, 1, 0x82] : [0, 2, 2, 0x82, 0x83]
        let map = box("ipma", [0, 0, 0, 0] + big(2, 4) + [0, 1, 1, 0x81] + own)
        let properties = box("iprp", box("ipco", size(8000, 100) + size(4000, 3000) + turn) + map)
        let meta = box("meta", [0, 0, 0, 0] + box("pitm", [0, 0, 0, 0] + big(2, 2)) + properties)
        return box("ftyp", text(brand) + [0, 0, 0, 0] + text("mif1miaf")) + meta + box("mdat", [1, 2, 3])
    }

    @Test("AVIF and HEIC have the size of their primary item, turned as its irot says")
    func turnedBoxes() {
        for (brand, type) in [
            ("avif", "image/avif"), ("heic", "image/heic"), ("heix", "image/heic"), ("mif1", "image/heif"),
        ] {
            for (turns, size) in [(nil, [4000, 3000]), (0, [4000, 3000]), (1, [3000, 4000]), (2, [4000, 3000]),
                (3, [3000, 4000])] as [(UInt8?, [Int])]
            {
                for parts in [Int.max, 1, 13] {
                    let found = Self.probe(Self.boxed(brand, turns: turns), as: "image/heic", parts: parts)
                    #expect(found == FileTraits(mimeType: type, width: size[0], height: size[1]))
                }
            }
        }
    }

    // MARK: Sound and films

    private static let webM: [UInt8] = [0x1A, 0x45, 0xDF, 0xA3, 0x87, 0x42, 0x82, 0x84] + text("webm")
    private static func ogg(_ codec: [UInt8]) -> [UInt8] {
        text("OggS") + [UInt8](repeating: 0, count: 22) + [1, 20] + codec + [UInt8](repeating: 0, count: 20)
    }

    private static let heard: [(bytes: [UInt8], declared: String?, type: String)] = [
        (box("ftyp", text("isom") + [0, 0, 2, 0] + text("isomiso2avc1mp41")), nil, "video/mp4"),
        (box("ftyp", text("mp42") + [0, 0, 0, 0] + text("isom")), "audio/mp4", "audio/mp4"),
        (box("ftyp", text("M4V ") + [0, 0, 0, 0] + text("M4V M4A mp42")), "video/x-m4v", "video/mp4"),
        (box("ftyp", text("M4A ") + [0, 0, 0, 0] + text("M4A mp42isom")), "text/html", "audio/mp4"),
        (box("ftyp", text("qt  ") + [0, 0, 0, 0]), "video/quicktime", "video/quicktime"),
        (webM, nil, "video/webm"), (webM, "audio/webm;codecs=opus", "audio/webm"),
        ([0x1A, 0x45, 0xDF, 0xA3, 0x8B, 0x42, 0x82, 0x88] + text("matroska"), "video/webm", MediaTypes.unknown),
        (ogg(text("OpusHead")), "application/ogg", "audio/ogg"), (ogg([1] + text("vorbis")), nil, "audio/ogg"),
        (ogg([0x80] + text("theora")), nil, "video/ogg"), (ogg(text("nothing of it")), nil, MediaTypes.unknown),
        (text("RIFF") + [9, 0, 0, 0] + text("WAVEfmt "), "audio/x-wav", "audio/wav"),
        (text("ID3") + [4, 0, 0, 0, 0, 0, 9], "audio/mp3", "audio/mpeg"),
        ([0xFF, 0xFB, 0x90, 0x64] + [UInt8](repeating: 0, count: 413) + [0xFF, 0xFB, 0x92, 0x64], nil, "audio/mpeg"),
        ([0xFF, 0xFB, 0x90, 0x64] + [UInt8](repeating: 0, count: 500), "audio/mpeg", MediaTypes.unknown),
        ([0xFF, 0xFE] + text("h\0i\0"), "text/plain", "text/plain"),
        (text("<html><script>alert(1)</script>"), "video/mp4", MediaTypes.unknown),
        (text("fLaC"), "audio/flac", "audio/flac"),
    ]

    @Test("What browsers play is told by its bytes; which of both a container holds, by its sender", arguments: 0..<19)
    func sound(_ index: Int) {
        let (bytes, declared, type) = Self.heard[index]
        for parts in [Int.max, 1, 5] {
            #expect(Self.probe(bytes, as: declared, parts: parts) == FileTraits(mimeType: type))
        }
    }
}
