/// The Prometheus text format, version 0.0.4.
struct MetricsText {
    static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    private(set) var text = ""

    mutating func gauge(_ name: String, _ help: String, _ value: Double, labels: [(String, String)] = []) {
        add(name, "gauge", help, value, labels)
    }

    mutating func add(_ metric: Metric) {
        add(metric.name, metric.kind.rawValue, metric.help, metric.value, [])
    }

    private mutating func add(
        _ name: String, _ type: String, _ help: String, _ value: Double, _ labels: [(String, String)]
    ) {
        let pairs = labels.map { "\($0.0)=\"\(Self.escaped($0.1))\"" }.joined(separator: ",")
        let number = value == value.rounded() && abs(value) < 9e15 ? String(Int64(value)) : String(value)
        text += "# HELP \(name) \(help)\n# TYPE \(name) \(type)\n"
        text += "\(name)\(pairs.isEmpty ? "" : "{\(pairs)}") \(number)\n"
    }

    private static func escaped(_ text: String) -> String {
        text.map { character in
            switch character {
            case "\\": "\\\\"
            case "\"": "\\\""
            case "\n": "\\n"
            default: String(character)
            }
        }.joined()
    }
}
