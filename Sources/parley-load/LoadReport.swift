import Foundation

/// What a run measured.
struct LoadReport {
    /// Name, value, and the words for a person.
    private let rows: [(key: String, label: String, value: Double?)]
    private let scenario: String
    private let firstError: String?
    let isClean: Bool

    init(
        run: LoadRun, connectSeconds: Double, measuredSeconds: Double, before: ProcessProbe?, connected: ProcessProbe?,
        from: ProcessProbe?, until: ProcessProbe?
    ) {
        let figures = run.figures
        let cpu = Self.difference(until?.cpu, from?.cpu)
        let connects = Double(figures.connected)
        scenario = run.options.scenario.rawValue
        firstError = figures.firstError
        isClean = figures.failed + figures.dropped + figures.errors + figures.duplicated + run.lost + run.unacked == 0
        var rows: [(String, String, Double?)] = [
            ("connected", "connected", connects),
            ("failed", "failed to connect", Double(figures.failed)),
            ("dropped", "dropped later", Double(figures.dropped)),
            ("connects_per_s", "connects/s", connects / connectSeconds),
            ("connect_p50_us", "time to connected, p50, µs", figures.connectTimes.quantile(0.5)),
            ("connect_p99_us", "time to connected, p99, µs", figures.connectTimes.quantile(0.99)),
            (
                "cpu_us_per_connect", "server CPU a connect, µs",
                Self.ratio(Self.difference(connected?.cpu, before?.cpu), connects, scale: 1e6)
            ),
            (
                "rss_per_conn_kb", "server memory a connection, KiB",
                Self.ratio(Self.difference(connected?.resident, before?.resident), connects)
            ),
        ]
        if run.options.scenario != .connect {
            let (acked, delivered) = (Double(figures.acked), Double(figures.deliveries))
            rows += [
                ("acked_per_s", "messages/s", acked / measuredSeconds),
                ("deliveries_per_s", "deliveries/s", delivered / measuredSeconds),
                ("cpu_us_per_msg", "server CPU a message, µs", Self.ratio(cpu, acked, scale: 1e6)),
                ("cpu_us_per_delivery", "server CPU a delivery, µs", Self.ratio(cpu, delivered, scale: 1e6)),
                ("ack_p50_us", "ack, p50, µs", figures.ackTimes.quantile(0.5)),
                ("ack_p99_us", "ack, p99, µs", figures.ackTimes.quantile(0.99)),
                ("ack_p999_us", "ack, p99.9, µs", figures.ackTimes.quantile(0.999)),
                ("delivery_p50_us", "delivery, p50, µs", figures.deliveryTimes.quantile(0.5)),
                ("delivery_p99_us", "delivery, p99, µs", figures.deliveryTimes.quantile(0.99)),
                ("lost", "deliveries lost", Double(run.lost)),
                ("duplicated", "deliveries duplicated", Double(figures.duplicated)),
                ("unacked", "messages not acked", Double(run.unacked)),
                ("errors", "errors", Double(figures.errors)),
            ]
        }
        self.rows = rows.map { (key: $0.0, label: $0.1, value: $0.2) }
    }

    private static func difference(_ later: Double?, _ earlier: Double?) -> Double? {
        if let later, let earlier { later - earlier } else { nil }
    }

    private static func ratio(_ amount: Double?, _ count: Double, scale: Double = 1) -> Double? {
        guard let amount, count > 0 else { return nil }
        return amount * scale / count
    }

    var text: String {
        let lines = rows.compactMap { row in
            row.value.map { "  " + row.label.padding(toLength: 34, withPad: " ", startingAt: 0) + Self.shown($0) }
        }
        return (["parley-load \(scenario)"] + lines + (firstError.map { ["  first error: \($0)"] } ?? []))
            .joined(separator: "\n")
    }

    var json: String {
        let members = rows.map { "\"\($0.key)\":\($0.value.map(Self.shown) ?? "null")" }
        return "{\"scenario\":\"\(scenario)\"," + members.joined(separator: ",") + ",\"ok\":\(isClean)}"
    }

    private static func shown(_ value: Double) -> String {
        value == value.rounded() && abs(value) < 1e15 ? String(Int64(value)) : String(format: "%.2f", value)
    }
}
