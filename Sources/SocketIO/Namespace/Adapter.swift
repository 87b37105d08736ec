import EngineIO

/// Carries broadcasts to where the sockets are. The default reaches those of this process; one for several nodes
/// publishes, and gives what it hears from others to ``Namespace/deliverLocally(_:to:)``.
public protocol Adapter: Sendable {
    /// - Parameter frames: the event, encoded for this namespace.
    func broadcast(_ frames: EngineFrames, to target: BroadcastTarget)
}

/// The adapter of a single process.
struct LocalAdapter: Adapter {
    /// Unowned by need: the namespace owns its adapter.
    unowned let namespace: Namespace

    func broadcast(_ frames: EngineFrames, to target: BroadcastTarget) {
        namespace.deliverLocally(frames, to: target)
    }
}
