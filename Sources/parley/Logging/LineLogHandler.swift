import ChatCore
import Foundation
import Logging

/// One line an event on standard error, as text or JSON.
///
/// Text: `2026-01-31T12:00:00.000Z info listening parley.address=[::]:5000`. Values with blanks or quotes are quoted,
/// so that no value can forge a line.
struct LineLogHandler: LogHandler {
    var metadata: Logger.Metadata = [:]
    var metadataProvider: Logger.MetadataProvider?
    var logLevel: Logger.Level
    let format: ServeConfiguration.LogFormat
    let label: String
    /// Where lines go; each is written at once.
    let write: @Sendable (String) -> Void

    init(
        label: String, level: Logger.Level, format: ServeConfiguration.LogFormat,
        write: @escaping @Sendable (String) -> Void = StandardError.write
    ) {
        self.label = label
        logLevel = level
        self.format = format
        self.write = write
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        var all = metadata
        if let provided = metadataProvider?.get() { all.merge(provided) { $1 } }
        if let own = event.metadata { all.merge(own) { $1 } }
        let time = Timestamp.now().rfc3339
        let pairs = all.sorted { $0.key < $1.key }
        switch format {
        case .text:
            let values = pairs.map { " \($0.key)=\(Self.plain("\($0.value)"))" }.joined()
            write("\(time) \(event.level) \(event.message)\(values)\n")
        case .json:
            var object = [("time", time), ("level", "\(event.level)"), ("logger", label)]
            object.append(("message", "\(event.message)"))
            object += pairs.map { ($0.key, "\($0.value)") }
            let members = object.map { "\(Self.quoted($0.0)):\(Self.quoted($0.1))" }
            write("{\(members.joined(separator: ","))}\n")
        }
    }

    private static func plain(_ text: String) -> String {
        let needsQuotes =
            text.isEmpty
            || text.unicodeScalars.contains { $0.value <= 0x20 || $0 == "\"" || $0 == "=" || $0.value == 0x7F }
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
            case _ where scalar.value < 0x20 || scalar.value == 0x7F || (0x2028...0x2029).contains(scalar.value):
                let digits = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}
