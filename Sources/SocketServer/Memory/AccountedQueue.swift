import NIOCore

/// First in, first out, each item counted in a ``ByteAccount`` for as long as it waits. Bound to the account's loop.
///
/// It has to be let go of on that loop, too, and its elements with it: `removeAll()` at the end of a connection sees to
/// both, whoever still refers to its owner.
///
/// Give one up while it is empty where many connections are idle: an empty queue keeps some room.
public final class AccountedQueue<Element> {
    private var items: CircularBuffer<(element: Element, size: Int)> = []
    private let account: ByteAccount
    /// Bytes of all that waits.
    public private(set) var size = 0

    public init(of account: ByteAccount) { self.account = account }

    deinit { account.release(size) }

    public var isEmpty: Bool { items.isEmpty }
    public var count: Int { items.count }
    public var first: Element? { items.first?.element }

    /// - Parameter size: bytes that the element takes up.
    public func append(_ element: Element, size: Int) {
        items.append((element, size))
        take(size)
    }

    /// Puts an element in front, as one that was taken too early.
    public func prepend(_ element: Element, size: Int) {
        items.prepend((element, size))
        take(size)
    }

    /// The first, which counts no longer: whoever keeps it on takes a ``ByteLease``.
    public func popFirst() -> Element? {
        guard let first = items.popFirst() else { return nil }
        size -= first.size
        account.release(first.size)
        return first.element
    }

    public func removeAll() {
        items = []
        let released = size
        size = 0
        account.release(released)
    }

    private func take(_ bytes: Int) {
        size += bytes
        account.charge(bytes)
    }
}

@available(*, unavailable)
extension AccountedQueue: Sendable {}
