/// Waits for something that happens elsewhere: on another thread, in another process, in a file.
///
/// The one place where a test waits by looking again and again. It has an end: what never happens fails the test with
/// a sentence instead of hanging it. The limit is long, as machines are shared, and is only met by a test that fails.
///
/// - Parameters:
///   - what: what is waited for, as it follows "never happened:".
///   - pause: between two looks; longer where a look costs something.
/// - Throws: ``NeverHappened``; what `holds` throws; `CancellationError` at the suite's own time limit.
public func until(
    _ what: String, every pause: Duration = .milliseconds(1), within limit: Duration = .seconds(120),
    isolation: isolated (any Actor)? = #isolation,
    _ holds: () async throws -> Bool
) async throws {
    let end = ContinuousClock.now + limit
    while try await !holds() {
        guard ContinuousClock.now < end else { throw NeverHappened(what: what, limit: limit) }
        // Gives way to what is waited for; also the point where a cancelled test ends.
        try await Task.sleep(for: pause)
    }
}

/// What ``until(_:every:within:isolation:_:)`` waited for in vain.
public struct NeverHappened: Error, CustomStringConvertible {
    public let what: String
    public let limit: Duration

    public var description: String { "never happened: \(what) (waited \(limit))" }
}
