import NIOCore

/// The phases of a run, in order: connect, warm up, measure, drain.
struct LoadScript {
    let options: LoadOptions
    let loop: any EventLoop
    let run: NIOLoopBoundBox<LoadRun>

    func play() async throws -> LoadReport {
        let before = ProcessProbe(pid: options.pid)
        let connecting = NIODeadline.now()
        try await loop.flatSubmit { run.value.connectAll() }.get()
        let connectSeconds = seconds(since: connecting)
        let connected = ProcessProbe(pid: options.pid)
        var from = connected
        var until = connected
        var measured = 0.0
        if options.scenario == .connect {
            try await pause(options.seconds)
            until = ProcessProbe(pid: options.pid)
            measured = options.seconds
        } else {
            try await loop.submit { run.value.startLoad() }.get()
            try await pause(options.warmup)
            from = ProcessProbe(pid: options.pid)
            let start = NIODeadline.now()
            try await loop.submit { run.value.measure(true) }.get()
            try await measure()
            try await loop.submit { run.value.measure(false) }.get()
            measured = seconds(since: start)
            until = ProcessProbe(pid: options.pid)
            try await loop.submit { run.value.stopLoad() }.get()
            try await loop.flatSubmit { run.value.drained() }.get()
        }
        let (seconds, begin, end) = (measured, from, until)
        let report = try await loop.submit {
            LoadReport(
                run: run.value, connectSeconds: connectSeconds, measuredSeconds: seconds, before: before,
                connected: connected, from: begin, until: end)
        }.get()
        try await loop.submit { run.value.closeAll() }.get()
        return report
    }

    private func measure() async throws {
        guard options.scenario == .latency else { return try await pause(options.seconds) }
        let deadline = NIODeadline.now() + .seconds(Int64(options.seconds * 20))
        while NIODeadline.now() < deadline {
            if try await loop.submit({ run.value.measuredAcks }).get() >= UInt64(options.count) { return }
            try await pause(0.05)
        }
    }

    private func pause(_ seconds: Double) async throws { try await Task.sleep(for: .seconds(seconds)) }

    private func seconds(since start: NIODeadline) -> Double {
        Double((NIODeadline.now() - start).nanoseconds) / 1e9
    }
}
