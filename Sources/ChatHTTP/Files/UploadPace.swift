import ChatCore
import Hummingbird

/// Keeps an upload from holding its place for ever by a byte now and then: after a while it has to have come at a
/// modest rate, which the slowest phone's line keeps.
struct UploadPace {
    /// Before it nothing is asked.
    static let grace: Duration = .seconds(30)
    /// Bytes a second after that.
    static let slowest: Int64 = 1024

    private let start: ContinuousClock.Instant
    private var received: Int64 = 0

    init(start: ContinuousClock.Instant = .now) { self.start = start }

    /// - Throws: 408 for an upload that is too slow.
    mutating func take(_ bytes: Int, at now: ContinuousClock.Instant = .now) throws(HTTPFailure) {
        received += Int64(bytes)
        let counted = (now - start - Self.grace).components.seconds
        guard received >= counted * Self.slowest else {
            throw HTTPFailure(
                status: .requestTimeout, code: "unavailable", message: "The upload came too slowly; try again.")
        }
    }
}
