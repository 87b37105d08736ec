import ChatCore

extension SQLiteChatStore: ServedStore {
    public var trouble: StoreTrouble? { writer.counters.trouble }

    public var figures: [StoreFigure] {
        let counters = counters
        return [
            StoreFigure("commits_total", .counter, "Transactions committed.", Double(counters.batches)),
            StoreFigure("commands_total", .counter, "Commands in them.", Double(counters.commands)),
            StoreFigure(
                "commit_failures_total", .counter, "Transactions that failed as a whole.", Double(counters.failures)),
            StoreFigure("commands_waiting", .gauge, "Commands waiting for the writer.", Double(counters.waiting)),
            StoreFigure("checkpoint_total", .counter, "Checkpoints made.", Double(counters.checkpoints)),
            StoreFigure(
                "checkpoint_postponed_total", .counter,
                "Checkpoints put off because another program holds the file open.",
                Double(counters.checkpointsPostponed)),
            StoreFigure(
                "checkpoint_forced_total", .counter, "Checkpoints made all the same, at the limit of the log.",
                Double(counters.checkpointsForced)),
            StoreFigure(
                "checkpoint_partial_total", .counter, "Checkpoints that had to be repeated.",
                Double(counters.checkpointsPartial)),
            StoreFigure("log_bytes", .gauge, "Size of the write-ahead log.", Double(counters.logBytes)),
        ]
    }

    public func copy(withoutSettings names: [String], step: @escaping () throws -> Void) throws -> String {
        let path = TemporaryCopy.path(in: directory, for: "backup")
        try backup(to: path, withoutSettings: names) { _, _ in try step() }
        return path
    }
}
