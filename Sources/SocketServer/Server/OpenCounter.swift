import NIOCore
import Synchronization

/// How many of something are open, over all loops.
final class OpenCounter: Sendable {
    let limit: Int
    private let state = Mutex<(open: Int, waiting: [EventLoopPromise<Void>])>((0, []))

    init(limit: Int) {
        self.limit = limit
    }

    var count: Int { state.withLock { $0.open } }

    /// Counts one in. False: it is past the limit (and counted all the same).
    func add() -> Bool {
        state.withLock { state in
            state.open += 1
            return state.open <= limit
        }
    }

    func remove() {
        let waiting = state.withLock { state in
            state.open -= 1
            guard state.open == 0 else { return [EventLoopPromise<Void>]() }
            defer { state.waiting = [] }
            return state.waiting
        }
        for promise in waiting { promise.succeed() }
    }

    /// Succeeds once none is open.
    func whenEmpty(on eventLoop: any EventLoop) -> EventLoopFuture<Void> {
        let promise = eventLoop.makePromise(of: Void.self)
        let isEmpty = state.withLock { state in
            if state.open == 0 { return true }
            state.waiting.append(promise)
            return false
        }
        if isEmpty { promise.succeed() }
        return promise.futureResult
    }
}
