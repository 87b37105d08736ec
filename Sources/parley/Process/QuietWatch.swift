/// Tells when the process has fallen quiet, from looks at the processor time that it has used: nothing on the way of a
/// message has to note anything for it.
///
/// 1. An interval between two looks is quiet when the process used less than ``quietShare`` of one core in it.
/// 2. The first quiet interval after the start, or after one that was not quiet, is the moment to give memory back.
/// 3. Whatever happens, ``minimumPause`` lies between two such moments; one that falls into the pause is made up for at
///    its end, if it is quiet then.
struct QuietWatch: Sendable {
    /// The share of one core below which an interval counts as quiet; the heartbeats of ten thousand clients that are
    /// only connected stay below it.
    static let quietShare = 0.03
    /// What giving back costs (some milliseconds, and the faults that bring code back) is thus below a thousandth.
    static let minimumPause: Duration = .seconds(15)

    private var last: (used: Duration, time: Duration)?
    private var lastMoment: Duration?
    private var isDue = true

    /// Looks at the clocks.
    ///
    /// - Parameters:
    ///   - used: processor time of all threads since the process began.
    ///   - time: a clock that never goes back.
    /// - Returns: whether this is the moment.
    mutating func look(used: Duration, time: Duration) -> Bool {
        defer { last = (used, time) }
        guard let last, time > last.time else { return false }
        guard (used - last.used) / (time - last.time) < Self.quietShare else {
            isDue = true
            return false
        }
        if let lastMoment, time - lastMoment < Self.minimumPause { return false }
        guard isDue else { return false }
        isDue = false
        lastMoment = time
        return true
    }
}
