import ChatCore
import Synchronization

/// Whether the appliance serves, or is starting or stopping: what `/readyz` says.
final class RunState: Sendable {
    private let serving = Atomic<Bool>(false)
    private let deadline = Mutex<StopDeadline?>(nil)

    /// When the stop has to be over: begins to run with the first who asks, and is the same for all parts.
    var stopDeadline: StopDeadline {
        deadline.withLock { deadline in
            let common = deadline ?? StopDeadline(within: Appliance.shutdownTime)
            deadline = common
            return common
        }
    }

    var isServing: Bool {
        get { serving.load(ordering: .acquiring) }
        set { serving.store(newValue, ordering: .releasing) }
    }

    /// Why it is not ready, in a sentence; `nil` when it is.
    func unreadiness(_ trouble: StoreTrouble?) -> String? {
        guard isServing else { return "The server is stopping." }
        switch trouble {
        case nil: return nil
        case .full: return "There is no room on the disk: nothing can be stored, reads go on."
        case .failing: return "The database fails: nothing can be stored; the cause is in the log."
        case .lost: return "The database is not at its place any more: the server ends."
        }
    }
}
