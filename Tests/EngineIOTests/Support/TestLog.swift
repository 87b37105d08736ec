import Synchronization

/// What happened on event loops, for a test to wait for.
final class TestLog: Sendable {
    private let stream: AsyncStream<String>
    private let continuation: AsyncStream<String>.Continuation

    init() {
        (stream, continuation) = AsyncStream<String>.makeStream()
    }

    func add(_ entry: String) {
        continuation.yield(entry)
    }

    /// The next entry.
    func next() async -> String? {
        var iterator = stream.makeAsyncIterator()
        return await iterator.next()
    }

    /// Waits for an entry; those before it are dropped.
    func wait(for entry: String) async {
        while let next = await next(), next != entry {}
    }
}
