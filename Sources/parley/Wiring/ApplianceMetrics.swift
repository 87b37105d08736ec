import ChatCore
import ChatHTTP
import EngineIO
import SocketServer

/// What the parts below HTTP have to tell at `/metrics`.
enum ApplianceMetrics {
    static func all(store: any ServedStore, server: SocketServer, engine: EngineServer) -> [Metric] {
        [
            Metric(
                "parley_tcp_connections", .gauge, "Open connections of the public listener.",
                Double(server.connectionCount)),
            Metric(
                "parley_strangers", .gauge, "Connections and sessions that no token vouches for.",
                Double(server.registry.strangerCount)),
            Metric("parley_engine_sessions", .gauge, "Engine.IO sessions.", Double(engine.sessionCount)),
            Metric(
                "parley_memory_buffers_bytes", .gauge, "Kept in buffers of all connections.",
                Double(engine.configuration.memory.used)),
            Metric(
                "parley_memory_limit_bytes", .gauge, "What may be kept in them (--max-memory).",
                Double(engine.configuration.memory.limit)),
            Metric(
                "parley_memory_given_up_total", .counter,
                "Connections ended because all together kept too much.",
                Double(engine.configuration.memory.accountsGivenUp)),
            Metric(
                "parley_log_dropped_total", .counter, "Lines of the program's log that could not be written.",
                Double(BackgroundWriter.standardError.dropped)),
        ] + store.figures.map(Metric.init)
    }
}

extension Metric {
    fileprivate init(_ figure: StoreFigure) {
        let kind: Kind =
            switch figure.kind {
            case .counter: .counter
            case .gauge: .gauge
            }
        self.init("parley_" + figure.name, kind, figure.help, figure.value)
    }
}
