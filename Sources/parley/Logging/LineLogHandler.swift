import ChatCore
import Foundation
import Logging

/// One line an event on standard error, as text or JSON.
///
/// Text: `2026-01-31T12:00:00.000Z info listening parley.address=[::]:5000`. Values with blanks or quotes are quoted,
/// so that no value can forge a line. A line that cannot be written is dropped and counted, and the next one that can
/// is preceded by how many were.
struct LineLogHandler: LogHandler {
    var metadata: Logger.Metadata = [:]
    var metadataProvider: Logger.MetadataProvider?
    var logLevel: Logger.Level
    let format: ServeConfiguration.LogFormat
    let label: String
    /// Where lines go, without waiting for them to be written.
    let output: BackgroundWriter

    init(
        label: String, level: Logger.Level, format: ServeConfiguration.LogFormat,
        output: BackgroundWriter = .standardError
    ) {
        self.label = label
        logLevel = level
        self.format = format
        self.output = output
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        var all = metadata
        if let provided = metadataProvider?.get() { all.merge(provided) { $1 } }
        if let own = event.metadata { all.merge(own) { $1 } }
        let values = all.sorted { $0.key < $1.key }.map { ($0.key, "\($0.value)") }
        output.write(line(event.level, "\(event.message)", values)) { lost in
            line(.warning, "lines of the log were dropped", [("parley.dropped", "\(lost)")])
        }
    }

    private func line(_ level: Logger.Level, _ message: String, _ values: [(String, String)]) -> String {
        let time = Timestamp.now().rfc3339
        switch format {
        case .text:
            let values = values.map { " \($0.0)=\(Self.plain($0.1))" }.joined()
            return "\(time) \(level) \(message)\(values)\n"
        case .json:
            let own = [("time", time), ("level", "\(level)"), ("logger", label), ("message", message)]
            let members = (own + values).map { "\(Self.quoted($0.0)):\(Self.quoted($0.1))" }
            return "{\(members.joined(separator: ","))}\n"
        }
    }

    private static func plain(_ text: String) -> String {
        let needsQuotes =
            text.isEmpty || text.unicodeScalars.contains { $0 == " " || $0 == "\"" || $0 == "=" || isControl($0) }
        return needsQuotes ? quoted(text) : text
    }

    /// A JSON string.
    private static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case _ where isControl(scalar):
                let digits = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }

    /// What ends a line or drives a terminal: the controls of ASCII and of ISO 6429, and Unicode's own ends of lines.
    private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value) || (0x2028...0x2029).contains(scalar.value)
    }
}
