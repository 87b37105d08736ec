import ChatCore
import Dispatch
import Synchronization
import Testing

@Suite("Several who hear of commits")
struct CommitSinksTests {
    /// Notes what is called, in a list that several share.
    private final class Notes: Sendable {
        private let kept = Mutex<[String]>([])
        var all: [String] { kept.withLock { $0 } }
        func note(_ text: String) { kept.withLock { $0.append(text) } }
    }

    private struct NotingSink: CommitSink {
        let name: String
        let notes: Notes
        func didCommit(_ batch: CommittedBatch) { notes.note("\(name) \(batch.revision.value)") }
        func waitUntilTold() { notes.note("\(name) waits") }
    }

    /// A listener that stands still until it is let go on.
    private final class Listener: CommitListener {
        let notes = Notes()
        private let gate = DispatchSemaphore(value: 0)
        private let entered = DispatchSemaphore(value: 0)

        func heard(_ changes: [Change], upTo revision: Revision) {
            notes.note("heard \(changes.count) up to \(revision.value)")
            entered.signal()
            gate.wait()
        }

        func fellBehind(upTo revision: Revision) {
            notes.note("behind \(revision.value)")
            entered.signal()
            gate.wait()
        }

        /// Waits until it was called, and stands still.
        func awaitCall() { entered.wait() }
        func goOn() { gate.signal() }
    }

    private static func batch(_ revision: Int64, changes: Int = 1) -> CommittedBatch {
        let change = Change.memberRemoved(ChatID("c"), UserID("u"))
        let entries = (0..<changes).map { _ in
            CommittedBatch.Entry(reply: .nobody, result: .success(.done), changes: [change])
        }
        return CommittedBatch(entries: entries, revision: Revision(revision))
    }

    private static let weight = Change.memberRemoved(ChatID("c"), UserID("u")).weight

    @Test("The others are told before the one that paces, and the writer waits for that one alone")
    func pace() {
        let notes = Notes()
        let sinks = CommitSinks(
            pacing: NotingSink(name: "fan-out", notes: notes),
            beside: [NotingSink(name: "a", notes: notes), NotingSink(name: "b", notes: notes)])
        sinks.didCommit(Self.batch(7))
        sinks.waitUntilTold()
        #expect(notes.all == ["a 7", "b 7", "fan-out 7", "fan-out waits"])
    }

    @Test("A listener that stands still holds up nobody, and hears every commit once it goes on")
    func detached() {
        let (notes, listener) = (Notes(), Listener())
        let slow = DetachedSink(listener, label: "slow")
        let sinks = CommitSinks(pacing: NotingSink(name: "fan-out", notes: notes), beside: [slow])
        sinks.didCommit(Self.batch(1))
        listener.awaitCall()
        for revision in 2...5 {
            sinks.didCommit(Self.batch(Int64(revision), changes: revision))
            sinks.waitUntilTold()
        }
        #expect(notes.all.count == 9)
        for _ in 1...4 {
            listener.goOn()
            listener.awaitCall()
        }
        listener.goOn()
        #expect(listener.notes.all == (1...5).map { "heard \($0) up to \($0)" })
    }

    @Test("Of what does not fit nothing is kept: the listener learns that it fell behind, and hears on from there")
    func behind() {
        let listener = Listener()
        let sink = DetachedSink(listener, label: "slow", bytes: 4 * Self.weight)
        sink.didCommit(Self.batch(1))
        listener.awaitCall()
        sink.didCommit(Self.batch(2, changes: 2))
        #expect(sink.keptBytes == 3 * Self.weight)
        sink.didCommit(Self.batch(3, changes: 2))
        for revision in 4...1000 { sink.didCommit(Self.batch(Int64(revision))) }
        // What it has in hand, and no more.
        #expect(sink.keptBytes == Self.weight)
        listener.goOn()
        listener.awaitCall()
        sink.didCommit(Self.batch(1001))
        listener.goOn()
        listener.awaitCall()
        listener.goOn()
        #expect(listener.notes.all == ["heard 1 up to 1", "behind 1000", "heard 1 up to 1001"])
    }

    @Test("With no room at all a listener is only woken, once for all that came meanwhile")
    func wakeUp() {
        let listener = Listener()
        let sink = DetachedSink(listener, label: "reader", bytes: 0)
        sink.didCommit(Self.batch(1))
        listener.awaitCall()
        for revision in 2...9 { sink.didCommit(Self.batch(Int64(revision))) }
        listener.goOn()
        listener.awaitCall()
        listener.goOn()
        #expect(listener.notes.all == ["behind 1", "behind 9"])
        #expect(sink.keptBytes == 0)
    }

    @Test("A commit that changes nothing wakes nobody")
    func nothing() {
        let listener = Listener()
        let sink = DetachedSink(listener, label: "reader", bytes: 0)
        let entry = CommittedBatch.Entry(reply: .nobody, result: .success(.done), changes: [])
        sink.didCommit(CommittedBatch(entries: [entry], revision: Revision(1)))
        sink.didCommit(Self.batch(2))
        listener.awaitCall()
        listener.goOn()
        #expect(listener.notes.all == ["behind 2"])
    }
}
