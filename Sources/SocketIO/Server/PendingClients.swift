import ByteText
import Synchronization

/// Clients whose session is open and who have entered no namespace yet, by address: whom nobody vouches for so far.
public final class PendingClients: Sendable {
    private let counts = Mutex<(byAddress: [ByteString: Int], total: Int)>(([:], 0))

    init() {}

    /// All of them.
    public var count: Int { counts.withLock { $0.total } }

    /// Those from `address`.
    public func count(from address: String) -> Int { counts.withLock { $0.byAddress[ByteString(address)] ?? 0 } }

    func add(_ address: String) {
        let address = ByteString(address)
        counts.withLock { counts in
            counts.byAddress[address, default: 0] += 1
            counts.total += 1
        }
    }

    func remove(_ address: String) {
        let address = ByteString(address)
        counts.withLock { counts in
            guard let count = counts.byAddress[address] else { return }
            counts.byAddress[address] = count > 1 ? count - 1 : nil
            counts.total -= 1
        }
    }
}
