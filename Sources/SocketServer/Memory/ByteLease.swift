/// Bytes taken from a ``ByteAccount``, given back when this goes out of scope. Bound to the account's loop.
public struct ByteLease: ~Copyable {
    private let account: ByteAccount
    /// Bytes.
    public private(set) var count: Int

    init(_ count: Int, of account: ByteAccount) {
        self.account = account
        self.count = count
        account.charge(count)
    }

    /// Takes more, or gives some back.
    public mutating func change(to count: Int) {
        let before = self.count
        self.count = count
        if count > before { account.charge(count - before) } else { account.release(before - count) }
    }

    deinit { account.release(count) }
}

@available(*, unavailable)
extension ByteLease: Sendable {}

/// How many bytes of a ``ByteAccount`` a buffer takes up that grows and shrinks by itself; its holder tells the size
/// after each change. Bound to the account's loop.
public struct AccountedLevel: ~Copyable {
    private let account: ByteAccount
    private let isUnfinishedInput: Bool
    private var level = 0

    /// - Parameter isUnfinishedInput: the buffer holds a message that is not whole yet: one that would fill the account
    ///   alone is refused.
    public init(of account: ByteAccount, isUnfinishedInput: Bool = false) {
        self.account = account
        self.isUnfinishedInput = isUnfinishedInput
    }

    /// The buffer takes up so many bytes now.
    public mutating func set(_ bytes: Int) {
        let change = bytes - level
        guard change != 0 else { return }
        level = bytes
        if isUnfinishedInput {
            account.chargeUnfinished(change)
        } else if change > 0 {
            account.charge(change)
        } else {
            account.release(-change)
        }
    }

    deinit {
        guard level > 0 else { return }
        if isUnfinishedInput { account.chargeUnfinished(-level) } else { account.release(level) }
    }
}

@available(*, unavailable)
extension AccountedLevel: Sendable {}
