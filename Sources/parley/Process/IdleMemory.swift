import CMemory
import Foundation
import Logging
import ServiceLifecycle

/// Gives memory back when the process has fallen quiet: what connections that have gone, the start and a burst left in
/// the allocator's heaps, and the pages of code that only those needed.
///
/// It looks each two seconds, which costs some microseconds, and acts by the rules of ``QuietWatch``: after the start,
/// and once after each time of work, never while there is some. The store's connections let go of their caches on their
/// own, a second after their last use.
struct IdleMemory: Service {
    static let interval: Duration = .seconds(2)

    let logger: Logger

    func run() async throws {
        // Ends with the graceful shutdown, as a cancellation.
        await cancelWhenGracefulShutdown {
            var watch = QuietWatch()
            let start = ContinuousClock.now
            while !Task.isCancelled {
                if watch.look(used: Self.processorTime, time: start.duration(to: .now)) { giveBack() }
                // A cancelled sleep ends the loop at its next turn.
                try? await Task.sleep(for: Self.interval)
            }
        }
    }

    private func giveBack() {
        let took = ContinuousClock().measure { cmemory_give_back() }
        logger.debug("memory given back", metadata: ["parley.took": "\(took)"])
    }

    /// Of all threads, since the process began. POSIX has `clock` count millionths of a second.
    static var processorTime: Duration { .microseconds(clock()) }
}
