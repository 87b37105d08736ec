import ByteText
import ChatCore
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
            ("video/quicktime", "video/quicktime"), ("video/mp4", MediaTypes.unknown),
            ("image/heic", MediaTypes.unknown),
            ("text/html", MediaTypes.unknown), ("image/svg+xml", MediaTypes.unknown),
            ("image/png", MediaTypes.unknown), ("application/xhtml+xml", MediaTypes.unknown),
            ("text/javascript", MediaTypes.unknown), ("audio/", MediaTypes.unknown), ("x", MediaTypes.unknown),
            ("video/a\"b", MediaTypes.unknown), ("", MediaTypes.unknown),
        ])
    func types(_ given: String, _ kept: String) {
        #expect(MediaTypes.declared(given) == kept)
    }

    @Test(
        "A stored type is given out as what the table says, whoever stored it",
        arguments: [
            ("image/png", "image/png", true), ("audio/mpeg", "audio/mpeg", true), ("video/webm", "video/webm", true),
            ("image/heic", "image/heic", false), ("application/pdf", "application/pdf", false),
            ("text/html", MediaTypes.unknown, false), ("image/svg+xml", MediaTypes.unknown, false),
            ("application/xml", MediaTypes.unknown, false), ("", MediaTypes.unknown, false),
        ])
    func services(_ stored: String, _ type: String, _ isInline: Bool) {
        let given = MediaTypes.service(of: stored)
        #expect(given.type == type && (given.service == .inline) == isInline)
    }

    @Test(
        "Names in all the ways in which programs write them",
        arguments: [
            ("filename=plain.png", "plain.png"), ("filename=\"größe.png\"", "größe.png"),
            ("filename=\"a%22b.png\"", "a\"b.png"), ("filename=\"a%0D%0Ab.png\"", "a\r\nb.png"),
            ("filename=\"100%25 a%20b.png\"", "100%25 a%20b.png"), ("filename=\"a\\\"b.png\"", "a\"b.png"),
            ("filename=\"a;b.png\"", "a;b.png"), ("filename=\"C:\\dir\\x.png\"", "C:\\dir\\x.png"),
            ("filename=\"_.png\"; filename*=UTF-8''%E5%A0%B1.png", "報.png"),
            ("filename=\"_.png\"; filename*=utf-8'de'gr%C3%B6%C3%9Fe.png", "größe.png"),
            ("filename=\"x.png\"; filename*=iso-8859-1''gr%F6%DFe.png", "größe.png"),
            ("filename=\"x.png\"; filename*=koi8-r''%C1.png", "x.png"),
            ("filename=\"x.png\"; filename*=utf-8''%C1.png", "x.png"),
            ("filename=\"=?UTF-8?B?5aCx5ZGKLnBuZw==?=\"", "報告.png"),
            ("filename=\"=?utf-8?Q?gr=C3=B6=C3=9Fe_1.png?=\"", "größe 1.png"),
            ("filename=\"=?utf-8?Q?gr=C3?= =?utf-8?q?=B6=C3=9Fe?= =?UTF-8?b?LnBuZw?=\"", "größe.png"),
            ("filename=\"=?iso-8859-1*de?Q?gr=F6=DFe.png?=\"", "größe.png"),
            ("filename=\"=?windows-1252?Q?10_=80.png?=\"", "10 €.png"),
            ("filename=\"a =?utf-8?q?=C3=A9?= b.png\"", "a é b.png"),
            ("filename=\"=?koi8-r?B?wQ==?=.png\"", "=?koi8-r?B?wQ==?=.png"),
            ("filename=\"=?utf-8?B?!!?=\"", "=?utf-8?B?!!?="), ("filename=\"a=?b\"", "a=?b"),
            ("filename=\"=?utf-8?q?\"", "=?utf-8?q?"), ("filename=\"\"", ""),
        ])
    func names(_ parameters: String, _ name: String) {
        let head = MultipartHead(lines: [ByteString("Content-Disposition: form-data; name=\"file\"; " + parameters)])
        #expect(head.fileName == ByteString(name))
    }
}
