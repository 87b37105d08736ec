import NIOCore

/// A connection, or a session between two polls, that no valid token vouches for: its place in the
/// ``ConnectionRegistry``, which may end it when the room is wanted.
///
/// May be used on any thread. Each change takes the registry's lock, and there are few: at the accept, at the token, at
/// the end.
public final class Stranger: @unchecked Sendable {  // everything that changes is guarded by the registry's lock
    enum Standing {
        /// In no list yet.
        case new
        /// Nobody vouches for it.
        case stranger
        /// A token did, at an earlier request; or it is a trusted proxy's between two requests.
        case resting
        /// A token does now.
        case vouched
        /// Closed, or told to close.
        case gone
    }

    let registry: ConnectionRegistry
    /// Ends it; called outside of the lock, on any thread.
    var end: @Sendable () -> Void
    var key: AddressKey
    var standing = Standing.new
    /// Whether a session hangs on it.
    var isSession = false
    /// What it was charged (``RequestBudget``) and gets back when a token vouches for it.
    var owed = 0

    // Its place in a `StrangerList`.
    var since = NIODeadline.uptimeNanoseconds(0)
    var next: Stranger?
    unowned(unsafe) var previous: Stranger?
    unowned(unsafe) var nextOfAddress: Stranger?
    unowned(unsafe) var previousOfAddress: Stranger?
    var address: StrangerList.Address?

    init(registry: ConnectionRegistry, key: AddressKey, end: @escaping @Sendable () -> Void) {
        self.registry = registry
        self.key = key
        self.end = end
    }

    /// A valid token was shown: from now on it is nobody's to end.
    public func vouch() { registry.vouch(for: self) }

    /// What vouched for it holds no more.
    ///
    /// - Parameter key: the client's address.
    public func becomeStranger(_ key: AddressKey) { registry.speak(self, for: key) }

    /// A session hangs on it from now on: it counts as one until a token vouches for it.
    public func becomeSession() { registry.becomeSession(self) }

    /// It closed.
    public func leave() { registry.leave(self) }

    /// Whether a token vouches for it.
    public var isVouched: Bool { registry.isVouched(self) }
}
