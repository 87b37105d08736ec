import ByteText
import Testing

@testable import ChatHTTP

@Suite("Headers of files")
struct FileHeaderTests {
    @Test(
        "Ranges",
        arguments: [
            ("bytes=0-9", ByteRange.part(0..<10)), ("bytes=90-", .part(90..<100)), ("bytes=-5", .part(95..<100)),
            ("bytes=99-99", .part(99..<100)), ("bytes=50-500", .part(50..<100)), ("bytes=-500", .part(0..<100)),
            ("Bytes=0-0", .part(0..<1)), ("bytes=100-", .unsatisfiable), ("bytes=-0", .unsatisfiable),
            ("bytes=0-99999999999999999999999", .part(0..<100)), ("bytes=99999999999999999999999-", .unsatisfiable),
            ("bytes=9-1", .whole), ("bytes=0-1,5-6", .whole), ("lines=0-1", .whole), ("bytes=", .whole),
            ("bytes=-", .whole), ("bytes=a-b", .whole), ("bytes=0x1-2", .whole), ("bytes=--1", .whole),
        ])
    func ranges(_ header: String, _ range: ByteRange) {
        #expect(ByteRange(ByteString(header), size: 100) == range)
    }

    @Test("No range, and ranges of an empty file")
    func empty() {
        #expect(ByteRange(nil, size: 100) == .whole)
        #expect(ByteRange("bytes=0-", size: 0) == .unsatisfiable)
        #expect(ByteRange("bytes=-1", size: 0) == .unsatisfiable)
    }

    @Test("Names go out in a way that no header breaks, for old clients and as they are")
    func dispositions() {
        #expect(
            ContentDisposition.header(inline: true, name: "a b.png")
                == "inline; filename=\"a b.png\"; filename*=UTF-8''a%20b.png")
        #expect(
            ContentDisposition.header(inline: false, name: "a\"\r\nX: y\\%é.txt")
                == "attachment; filename=\"a___X: y___.txt\"; filename*=UTF-8''a%22%0D%0AX%3A%20y%5C%25%C3%A9.txt")
    }

    @Test(
        "Types that tell people what a file is are kept, those that browsers act on are not",
        arguments: [
            ("application/pdf", "application/pdf"), ("Text/Plain; charset=utf-8", "text/plain"),
            ("video/mp4", "video/mp4"), ("text/html", MediaTypes.unknown), ("image/svg+xml", MediaTypes.unknown),
            ("image/png", MediaTypes.unknown), ("application/xhtml+xml", MediaTypes.unknown),
            ("text/javascript", MediaTypes.unknown), ("audio/", MediaTypes.unknown), ("x", MediaTypes.unknown),
            ("video/a\"b", MediaTypes.unknown), ("", MediaTypes.unknown),
        ])
    func types(_ given: String, _ kept: String) {
        #expect(MediaTypes.declared(given) == kept)
    }
}
