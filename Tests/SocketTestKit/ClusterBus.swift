public import SocketIO
import Synchronization

/// Joins namespaces of one process as those of several are joined: what one publishes reaches the others as bytes, and
/// all of them hear everything in one order.
public final class ClusterBus: Adapter {
    private struct Item: Sendable {
        let message: ClusterMessage
        let source: Namespace
        let deliver: @Sendable () -> Void
    }

    private struct State {
        var namespaces: [Namespace] = []
        var waiting: [Item] = []
        var isCarrying = false
        var published = 0
    }

    private let state = Mutex(State())

    public init() {}

    /// How many messages were published that concern others.
    public var publishedCount: Int { state.withLock { $0.published } }

    public func join(_ namespace: Namespace) {
        state.withLock { $0.namespaces.append(namespace) }
        namespace.setAdapter(self)
    }

    public func publish(_ message: ClusterMessage, of namespace: Namespace, deliver: @escaping @Sendable () -> Void) {
        state.withLock { state in
            state.waiting.append(Item(message: message, source: namespace, deliver: deliver))
            if message.concernsOthers { state.published += 1 }
        }
        // Whoever is at it carries this one too.
        while let (item, namespaces) = next() {
            carry(item, to: namespaces)
            state.withLock { $0.isCarrying = false }
        }
    }

    private func next() -> (Item, [Namespace])? {
        state.withLock { state in
            guard !state.isCarrying, !state.waiting.isEmpty else { return nil }
            state.isCarrying = true
            return (state.waiting.removeFirst(), state.namespaces)
        }
    }

    private func carry(_ item: Item, to namespaces: [Namespace]) {
        item.deliver()
        guard item.message.concernsOthers else { return }
        do {
            let bytes = try item.message.encoded()
            for namespace in namespaces where namespace !== item.source { try namespace.receive(bytes) }
        } catch {
            preconditionFailure("a message did not survive its way as bytes: \(error)")
        }
    }
}
