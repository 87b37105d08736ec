import SocketServer
import Synchronization

/// Counts wrong keys, shared by all calls.
final class KeyGuesses: Sendable {
    private let table = Mutex(GuessTable())

    func wrong(from address: String) -> GuessTable.Verdict {
        table.withLock { $0.wrong(from: AddressKey(address), at: .now) }
    }
}
