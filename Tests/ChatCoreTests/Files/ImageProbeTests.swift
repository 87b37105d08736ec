import ChatCore
import Testing

@Suite("Images are told by their bytes")
struct ImageProbeTests {
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

    private static func probe(_ bytes: [UInt8], parts: Int = .max) -> FileTraits? {
        var probe = ImageProbe()
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
            "", "x", "<html><script>alert(1)</script>", "%PDF-1.7", "GIF88a0000", "RIFF0000WAVEfmt ", "<svg xmlns=",
            "....ftypisomiso2avc1", "\u{89}PNG", "BM......", "RIFF0000WEBPABCD",
        ]
        for text in others { #expect(Self.probe(Array(text.utf8)) == nil, "\(text)") }
    }

    @Test("A header that is cut is an image without a size or none, and one with nonsense in it traps nothing")
    func hostile() {
        var random = SystemRandomNumberGenerator()
        for (bytes, traits) in Self.all {
            for length in 0..<min(bytes.count, 400) {
                let found = Self.probe(Array(bytes.prefix(length)))
                #expect(found == nil || found?.mimeType == traits.mimeType)
            }
            for _ in 0..<2000 {
                var broken = bytes
                for _ in 0..<Int.random(in: 1...12, using: &random) {
                    let place = Int.random(in: 0..<broken.count, using: &random)
                    broken[place] = [0, 1, 0x7F, 0x80, 0xFF, UInt8.random(in: 0...255, using: &random)]
                        .randomElement(using: &random) ?? 0
                }
                if let found = Self.probe(broken, parts: Int.random(in: 1...5000, using: &random)) {
                    for side in [found.width, found.height] { #expect(side ?? 1 > 0) }
                }
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
            #expect(Self.probe(head + box + [UInt8](repeating: 0, count: 64))?.mimeType == "image/avif")
        }
        let huge = Self.png.prefix(16) + [0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 1]
        #expect(Self.probe(Array(huge)) == FileTraits(mimeType: "image/png"))
    }
}
