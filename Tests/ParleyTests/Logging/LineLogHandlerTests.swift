import Foundation
import Logging
import Synchronization
import Testing

@testable import parley

@Suite("The log")
struct LineLogHandlerTests {
    private final class Lines: Sendable {
        let all = Mutex<[String]>([])
    }

    private static func line(
        _ format: ServeConfiguration.LogFormat, _ message: Logger.Message, _ metadata: Logger.Metadata
    ) throws -> String {
        let lines = Lines()
        let logger = Logger(label: "test") { label in
            LineLogHandler(label: label, level: .info, format: format) { line in
                lines.all.withLock { $0.append(line) }
            }
        }
        logger.info(message, metadata: metadata)
        logger.debug("not told")
        let all = lines.all.withLock { $0 }
        #expect(all.count == 1)
        return try #require(all.first)
    }

    @Test("A text line is time, level, message and values, those with blanks quoted")
    func text() throws {
        let line = try Self.line(.text, "listening", ["parley.b": "two words", "parley.a": "[::]:5000"])
        #expect(line.hasSuffix(" info listening parley.a=[::]:5000 parley.b=\"two words\"\n"))
        #expect(line.prefix(24).last == "Z")
    }

    @Test("A value cannot forge a second line", arguments: [ServeConfiguration.LogFormat.text, .json])
    func forgery(format: ServeConfiguration.LogFormat) throws {
        let value = "a\n2026-01-01T00:00:00.000Z error \u{2028}forged\r\u{1B}"
        let line = try Self.line(format, "said", ["parley.value": "\(value)"])
        #expect(line.split(whereSeparator: \.isNewline).count == 1)
        #expect(line.hasSuffix("\n") && !line.contains("\u{1B}"))
    }

    @Test("A JSON line is an object of strings")
    func json() throws {
        let line = try Self.line(.json, "listening", ["parley.listener": "public", "parley.address": "127.0.0.1:1"])
        let object = try #require(JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: String])
        #expect(object["message"] == "listening" && object["level"] == "info")
        #expect(object["parley.listener"] == "public" && object["parley.address"] == "127.0.0.1:1")
    }
}
