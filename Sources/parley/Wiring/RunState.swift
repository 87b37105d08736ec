import Synchronization

/// Whether the appliance serves, or is starting or stopping: what `/readyz` says.
final class RunState: Sendable {
    private let serving = Atomic<Bool>(false)

    var isServing: Bool {
        get { serving.load(ordering: .acquiring) }
        set { serving.store(newValue, ordering: .releasing) }
    }
}
