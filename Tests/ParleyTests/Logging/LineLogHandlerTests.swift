import Foundation
import Logging
import Testing

@testable import parley

@Suite("The log")
struct LineLogHandlerTests {
    private static func line(
        _ format: ServeConfiguration.LogFormat, _ message: Logger.Message, _ metadata: Logger.Metadata
    ) throws -> String {
        let pipe = Pipe()
        let output = BackgroundWriter(pipe.fileHandleForWriting.fileDescriptor)
        let logger = Logger(label: "test") { label in
            LineLogHandler(label: label, level: .info, format: format, output: output)
        }
        logger.info(message, metadata: metadata)
        logger.debug("not told")
        output.flush(within: .seconds(30))
        try pipe.fileHandleForWriting.close()
        return String(decoding: try pipe.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
    }

    @Test("A text line is time, level, message and values, those with blanks quoted")
    func text() throws {
        let line = try Self.line(.text, "listening", ["parley.b": "two words", "parley.a": "[::]:5000"])
        #expect(line.hasSuffix(" info listening parley.a=[::]:5000 parley.b=\"two words\"\n"))
        #expect(line.prefix(24).last == "Z")
    }

    @Test("A value cannot forge a second line", arguments: [ServeConfiguration.LogFormat.text, .json])
    func forgery(format: ServeConfiguration.LogFormat) throws {
        let value = "a\n2026-01-01T00:00:00.000Z error \u{2028}forged\r\u{1B}\u{9B}31m\u{85}"
        let line = try Self.line(format, "said", ["parley.value": "\(value)"])
        #expect(line.split(whereSeparator: \.isNewline).count == 1)
        #expect(line.hasSuffix("\n") && !line.unicodeScalars.contains("\u{1B}"))
        #expect(!line.unicodeScalars.contains { (0x80...0x9F).contains($0.value) })
    }

    @Test("A line alone in a value is quoted in text, too", arguments: ["\u{2028}", "\u{85}", "\u{9B}"])
    func quoted(value: String) throws {
        #expect(try Self.line(.text, "said", ["parley.value": "\(value)"]).hasSuffix("\"\n"))
    }

    @Test("A JSON line is an object of strings")
    func json() throws {
        let line = try Self.line(.json, "listening", ["parley.listener": "public", "parley.address": "127.0.0.1:1"])
        let object = try #require(JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: String])
        #expect(object["message"] == "listening" && object["level"] == "info")
        #expect(object["parley.listener"] == "public" && object["parley.address"] == "127.0.0.1:1")
    }
}
