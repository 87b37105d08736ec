import ChatCore
import Foundation
import Logging

/// One thread with one read-only connection: takes what waits, a few at a time, into one snapshot.
final class ReaderThread: Sendable {
    /// How long without a read until the connection lets its cache go.
    private static let rest = DispatchTimeInterval.seconds(1)
    private static let begin: StaticString = "BEGIN"
    private static let end: StaticString = "COMMIT"

    private let done = DispatchSemaphore(value: 0)
    private let queue: ReaderQueue
    private let gate: ReaderGate
    private let limit: ReadLimit

    /// Opens the connection on the new thread and waits for it.
    init(
        number: Int, path: String, policy: ChatPolicy, facts: StoreFacts, queue: ReaderQueue, gate: ReaderGate
    ) throws {
        self.queue = queue
        self.gate = gate
        limit = ReadLimit(isClosing: { queue.isClosed })
        let opened = DispatchSemaphore(value: 0)
        let failure = Box<any Error>()
        let thread = Thread { [self] in
            defer { done.signal() }
            let connection: Connection
            do {
                connection = try Connection(path: path, readonly: true)
                try Pragmas.setUpReader(connection)
                try SearchVocabulary.setUp(connection)
                connection.setLimit(limit)
            } catch {
                failure.put(error)
                opened.signal()
                return
            }
            opened.signal()
            serve(connection, SQLiteReadView(connection, policy: policy, facts: facts))
        }
        thread.name = "parley.reader.\(number)"
        thread.stackSize = 1 << 20
        thread.start()
        opened.wait()
        if let error = failure.take() {
            done.wait()
            throw error
        }
    }

    /// Waits until the queue was closed and the connection is gone.
    func join() { done.wait() }

    private func serve(_ connection: Connection, _ view: SQLiteReadView) {
        // The cache of a connection that nobody uses is memory for nothing.
        var isRested = false
        while let jobs = queue.take(patience: isRested ? nil : Self.rest) {
            isRested = jobs.isEmpty
            if isRested {
                connection.releaseMemory()
                continue
            }
            var rest = jobs
            while !rest.isEmpty { rest = rest.dropFirst(visit(rest, connection, view)) }
        }
        do {
            try connection.close()
        } catch {
            Log.store.error("A reader's connection could not be closed", metadata: ["parley.error": "\(error)"])
        }
    }

    /// Does some reads in one snapshot, until a checkpoint waits to begin.
    ///
    /// - Returns: how many were done.
    private func visit(_ jobs: ArraySlice<ReaderQueue.Job>, _ connection: Connection, _ view: SQLiteReadView) -> Int {
        gate.enter()
        defer { gate.leave() }
        var failure: (any Error)?
        do {
            try connection[Self.begin].run()
        } catch {
            failure = error
        }
        var count = 0
        for job in jobs {
            if let failure {
                job(.failure(StorageFailure.chatError(failure)))
            } else {
                limit.begin()
                job(.success(view))
                limit.finish()
            }
            count += 1
            if gate.isAwaited { break }
        }
        if connection.isInTransaction {
            do {
                try connection[Self.end].run()
            } catch {
                Log.store.error("A reader could not end its snapshot", metadata: ["parley.error": "\(error)"])
            }
        }
        return count
    }
}
