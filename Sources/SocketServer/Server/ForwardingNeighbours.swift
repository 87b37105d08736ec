import Logging
import NIOCore
import NIOHTTP1
import Synchronization

/// Says once in the log that a neighbour speaks for others and is not believed: all its clients then count as one
/// address, and an operator who forgot `--trusted-proxy` would not know why they keep each other out.
final class ForwardingNeighbours: Sendable {
    /// Neighbours that are named: strangers may send such headers too, and must not fill the log.
    private static let most = 8

    private let logger: Logger
    private let named = Mutex<Set<AddressKey>>([])
    private let isDone = Atomic<Bool>(false)

    init(logger: Logger) { self.logger = logger }

    /// Looks at a request of a neighbour that is no trusted proxy.
    func look(at headers: HTTPHeaders, from peer: SocketAddress?) {
        guard !isDone.load(ordering: .relaxed) else { return }
        guard headers.contains(where: { Self.isForwarding($0.name) }) else { return }
        let isNew = named.withLock { named in
            guard named.count < Self.most, named.insert(AddressKey(peer)).inserted else { return false }
            if named.count == Self.most { isDone.store(true, ordering: .relaxed) }
            return true
        }
        guard isNew else { return }
        let address = peer?.ipAddress.map(TrustedProxies.normalized) ?? "unix"
        logger.warning(
            "a forwarding header from a neighbour that is no trusted proxy is not believed: its clients count as one",
            metadata: ["parley.address": "\(address)", "parley.option": "--trusted-proxy \(address)"])
    }

    /// Names differ in length before anything else is compared.
    private static func isForwarding(_ name: String) -> Bool {
        switch name.utf8.count {
        case 9: name.lowercased() == "forwarded"
        case 15: name.lowercased() == "x-forwarded-for"
        default: false
        }
    }
}
