import Logging

/// Says what keeps failing once a minute, not with every send: one line for each kind of error, whoever met it.
final class TroubleLog {
    private static let minute: UInt64 = 60_000_000_000

    /// When each kind was last said, by SQLite's result code: bounded by their number.
    private var saidAt: [Int32: UInt64] = [:]
    /// How often each was met and not said since.
    private var unsaid: [Int32: Int] = [:]
    /// Something was said of the writer's failing since the last good news.
    private var owesGoodNews = false

    /// - Parameters:
    ///   - what: what could not be done.
    ///   - now: nanoseconds of uptime.
    func failed(_ what: String, _ error: any Error, at now: UInt64) {
        owesGoodNews = true
        let error = StorageFailure.databaseError(error)
        let isFull = StorageFailure.isFull(error)
        say(isFull ? "There is no room on the disk" : "The database fails", what, error, at: now)
    }

    /// One command was undone by an error that is none of the file.
    func refused(_ what: String, _ error: DatabaseError, at now: UInt64) {
        say("The database refuses a single change", what, error, at: now)
    }

    private func say(_ message: Logger.Message, _ what: String, _ error: DatabaseError, at now: UInt64) {
        if let said = saidAt[error.resultCode.rawValue], now < said + Self.minute {
            unsaid[error.resultCode.rawValue, default: 0] += 1
            return
        }
        saidAt[error.resultCode.rawValue] = now
        let more = unsaid.updateValue(0, forKey: error.resultCode.rawValue) ?? 0
        Log.store.error(
            message,
            metadata: ["parley.what": "\(what)", "parley.error": "\(error)", "parley.unsaid": "\(more)"])
    }

    /// Transactions succeed again.
    func recovered() {
        if owesGoodNews { Log.store.notice("Storing works again") }
        owesGoodNews = false
    }
}

@available(*, unavailable)
extension TroubleLog: Sendable {}
