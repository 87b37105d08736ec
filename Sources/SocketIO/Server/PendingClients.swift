import NIOCore
import Synchronization

/// Clients whose session is open and who have entered no namespace yet, by address: whom nobody vouches for so far.
public final class PendingClients: Sendable {
    /// The times they came, oldest first.
    private let arrivals = Mutex<(byAddress: [String: [NIODeadline]], total: Int)>(([:], 0))

    init() {}

    /// All of them.
    public var count: Int { arrivals.withLock { $0.total } }

    /// Those from `address` that came before `time`.
    public func count(from address: String, before time: NIODeadline) -> Int {
        arrivals.withLock { $0.byAddress[address]?.count { $0 < time } ?? 0 }
    }

    func add(_ address: String, at time: NIODeadline) {
        arrivals.withLock { arrivals in
            arrivals.byAddress[address, default: []].append(time)
            arrivals.total += 1
        }
    }

    func remove(_ address: String, arrivedAt time: NIODeadline) {
        arrivals.withLock { arrivals in
            guard var times = arrivals.byAddress[address], let place = times.firstIndex(of: time) else { return }
            times.remove(at: place)
            arrivals.byAddress[address] = times.isEmpty ? nil : times
            arrivals.total -= 1
        }
    }
}
