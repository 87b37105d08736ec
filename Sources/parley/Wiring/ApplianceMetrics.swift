import ChatHTTP
import ChatSQLite
import EngineIO
import SocketServer

/// What the parts below HTTP have to tell at `/metrics`.
enum ApplianceMetrics {
    static func all(store: SQLiteChatStore, server: SocketServer, engine: EngineServer) -> [Metric] {
        let counters = store.counters
        return [
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
            Metric("parley_commits_total", .counter, "Transactions committed.", Double(counters.batches)),
            Metric("parley_commands_total", .counter, "Commands in them.", Double(counters.commands)),
            Metric(
                "parley_commit_failures_total", .counter, "Transactions that failed as a whole.",
                Double(counters.failures)),
            Metric("parley_commands_waiting", .gauge, "Commands waiting for the writer.", Double(counters.waiting)),
            Metric("parley_checkpoint_total", .counter, "Checkpoints made.", Double(counters.checkpoints)),
            Metric(
                "parley_checkpoint_postponed_total", .counter,
                "Checkpoints put off because another program holds the file open.",
                Double(counters.checkpointsPostponed)),
            Metric(
                "parley_checkpoint_forced_total", .counter,
                "Checkpoints made all the same, at the limit of the log.", Double(counters.checkpointsForced)),
            Metric(
                "parley_checkpoint_partial_total", .counter, "Checkpoints that had to be repeated.",
                Double(counters.checkpointsPartial)),
            Metric(
                "parley_log_dropped_total", .counter, "Lines of the program's log that could not be written.",
                Double(BackgroundWriter.standardError.dropped)),
            Metric("parley_log_bytes", .gauge, "Size of the write-ahead log.", Double(counters.logBytes)),
        ]
    }
}
