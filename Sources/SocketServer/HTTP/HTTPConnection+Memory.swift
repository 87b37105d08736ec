import NIOCore

/// What a connection keeps for its client while it speaks HTTP, counted in the memory of all connections: requests that
/// wait for the one in hand, a body that nobody takes, and what the client has not taken of its responses.
///
/// Each is bounded by itself. But a bound a connection is none where connections are many, and a client that asks for
/// pages and reads none keeps as much as one that reads no messages. Most keep nothing and have no account.
extension HTTPConnection: ByteAccountOwner {
    /// What is counted once it is more: nobody's business.
    private static let little = 4 << 10

    /// After any change of what is kept.
    func settleMemory() {
        guard phase == .serving || phase == .lingering else { return }
        let kept = machine.waitingBytes + early.readableBytes + heldBody + untakenBytes
        guard kept != chargedBytes else { return }
        if account == nil {
            guard kept > Self.little else { return }
            account = ByteAccount(limit: .max, terms: loop.memory, owner: self)
        }
        let change = kept - chargedBytes
        chargedBytes = kept
        if change > 0 { account?.charge(change) } else { account?.release(-change) }
    }

    /// Another has the connection from now on, or nobody.
    func closeAccount() {
        account?.close()
        account = nil
        chargedBytes = 0
    }

    /// So many bytes of a response were written; `written` is done when the kernel has them, or never will.
    func countResponse(_ bytes: Int, until written: EventLoopFuture<Void>) {
        untakenBytes += bytes
        written.assumeIsolated().whenComplete { _ in
            self.untakenBytes -= bytes
            self.settleMemory()
        }
    }

    func accountBecameFull(_ account: ByteAccount) {}
    func accountHasRoom(_ account: ByteAccount) {}
    func accountIsFullOfInput(_ account: ByteAccount) {}
    func accountMustGo(_ account: ByteAccount) { abort() }
}
