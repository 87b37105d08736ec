import ByteText
import Foundation
import Testing

@testable import ChatHTTP

@Suite("Forms, as they arrive")
struct MultipartReaderTests {
    /// What a form holds, whatever parts it came in.
    private func parts(_ bytes: [UInt8], boundary: String = "b", by size: Int) throws -> [(MultipartHead, [UInt8])] {
        var reader = MultipartReader(boundary: boundary)
        var parts: [(MultipartHead, [UInt8])] = []
        var ended = 0
        for start in stride(from: 0, to: bytes.count, by: size) {
            for event in try reader.read(bytes[start..<min(bytes.count, start + size)]) {
                switch event {
                case .part(let head): parts.append((head, []))
                case .data(let data): parts[parts.count - 1].1 += data
                case .partEnd: ended += 1
                case .end: #expect(ended == parts.count)
                }
            }
        }
        #expect(reader.isDone)
        return parts
    }

    private func form(_ text: String) -> [UInt8] { Array(text.replacing("\n", with: "\r\n").utf8) }

    @Test("Heads and bytes of each part come out whole, however the form is cut")
    func cuts() throws {
        // Much like a boundary, and none.
        let content = [UInt8]("line\r\n--cnot quite\r\n-\r\n\r\n--".utf8) + (0...255) + Array("\r\n--\r\n--c".utf8)
        let head = form(
            """
            a preamble
            --b
            Content-Disposition: form-data; name="caption"

            hello
            --b \t
            content-disposition:form-data;name=file;filename="a \\"b\\" %22;=.png"
            Content-Type: image/png
            """)
        let tail = form("\n--b\nContent-Disposition: form-data; name=\"e\"; filename=\"\"\n\n\n--b--\nthe end")
        let whole = head + Array("\r\n\r\n".utf8) + content + tail
        for size in [1, 2, 3, 5, 7, 64, 1000, whole.count] {
            let parts = try parts(whole, by: size)
            #expect(parts.map(\.0.name) == ["caption", "file", "e"])
            #expect(parts.map(\.0.fileName) == [nil, "a \"b\" \";=.png", ""])
            #expect(parts.map(\.0.contentType) == [nil, "image/png", nil])
            #expect(parts[0].1 == Array("hello".utf8))
            #expect(parts[1].1 == content)
            #expect(parts[2].1 == [])
        }
    }

    @Test("A head that goes on in the next line is one")
    func foldedHead() throws {
        let whole = form(
            """
            --b
            Content-Disposition: form-data; name="file";
             filename="a
            \tb.png"
            Content-Type:
              image/png

            x
            --b--
            """)
        for size in [1, 3, whole.count] {
            let parts = try parts(whole, by: size)
            #expect(parts.map(\.0) == [MultipartHead(name: "file", fileName: "a\tb.png", contentType: "image/png")])
        }
    }

    @Test("A large part needs no more memory than what came, and is whole")
    func large() throws {
        let content = (0..<1_000_000).map { UInt8(truncatingIfNeeded: $0 &* 7 ^ $0 >> 9) }
        let bytes = form("--b\nContent-Disposition: form-data; name=file; filename=x\n\n") + content + form("\n--b--\n")
        let parts = try parts(bytes, by: 65_536)
        #expect(parts.count == 1 && parts[0].1 == content)
    }

    @Test("A part whose delimiter follows its heads at once is empty, however the form is cut")
    func emptyPart() throws {
        let bytes = form("--b\nContent-Disposition: form-data; name=file; filename=x\n\n--b--\n")
        for size in 1...bytes.count {
            let parts = try parts(bytes, by: size)
            #expect(parts.count == 1 && parts[0].1.isEmpty, "cut by \(size)")
        }
    }

    @Test("What is no form, and what breaks off, is told")
    func malformed() throws {
        var reader = MultipartReader(boundary: "b")
        #expect(throws: MultipartReader.Malformed.self) {
            for _ in 0..<20 { _ = try reader.read([UInt8](repeating: 65, count: 1000)) }
        }
        reader = MultipartReader(boundary: "b")
        #expect(throws: MultipartReader.Malformed.self) {
            _ = try reader.read(form("--b\nX: ") + [UInt8](repeating: 65, count: 17_000))
        }
        reader = MultipartReader(boundary: "b")
        #expect(throws: MultipartReader.Malformed.self) { _ = try reader.read(form("--b oh\n\n")) }
        reader = MultipartReader(boundary: "b")
        _ = try reader.read(form("--b\nContent-Disposition: form-data; name=file; filename=x\n\nabc"))
        #expect(!reader.isDone)
    }

    @Test("Random bytes are refused or waited for, and trap nothing")
    func random() {
        let pieces = [
            "\r\n", "--b", "--", "b", "\r", "\n", "\r\n\r\n", "Content-Disposition: form-data", ";", "=", "\"", "x",
        ]
        for _ in 0..<3000 {
            var reader = MultipartReader(boundary: "b")
            for _ in 0..<12 {
                let piece = Array((pieces.randomElement() ?? "").utf8)
                if (try? reader.read(piece)) == nil { break }
            }
        }
    }

    @Test("Values with parameters")
    func parameters() {
        let value = HeaderParameters("Form-Data; name=\"a;b\"; FILENAME*=UTF-8''na%C3%AFve%20x.txt; x=1; x=2; odd")
        #expect(value.value == "form-data")
        #expect(value.parameters == ["name": "a;b", "filename*": "UTF-8''na%C3%AFve%20x.txt", "x": "1"])
        #expect(HeaderParameters.extended("UTF-8''na%C3%AFve%20x.txt") == "naïve x.txt")
        #expect(HeaderParameters.extended("koi8-r''x") == nil)
        for text: ByteString in ["", ";", "=", ";=", "a;\"", "a;b=\"", "a;b=\"\\", ";;;=;"] {
            _ = HeaderParameters(text)
        }
    }
}
