public import NIOCore

/// All that is kept for one client, in bytes, wherever it lies: half a WebSocket message, the body of a POST, the
/// attachments of a packet that is not whole, events that wait, answers and events that the client has not taken, a
/// replay, held deliveries. Bound to the connection's event loop.
///
/// A limit on a number of things is no limit, so whoever keeps bytes for a client gets them from its account:
///
/// - by a ``ByteLease``, which gives them back when it goes;
/// - in an ``AccountedQueue``, which does so item by item;
/// - or, where the bytes lie in a buffer that grows and shrinks, by an ``AccountedLevel``.
///
/// What happens at the limit is decided in one place, by the owner (``ByteAccountOwner``):
///
/// 1. The account is *full* once ``used`` has reached ``limit``. Charging never fails: what is there already has to be
///    kept. But the owner stops reading from the client, so that what comes on top is one message at most; and whoever
///    makes something at the client's wish (an answer, a page of a replay) looks at ``isFull`` first, and waits for
///    room.
/// 2. It has *room* again when a quarter is free, or when nothing is left but input that waits for its rest.
/// 3. Input that is not whole and fills the account alone can never become whole: it is refused
///    (``ByteAccountOwner/accountIsFullOfInput(_:)``).
/// 4. What the process keeps in all is bounded by a ``MemoryPool``, from which the account draws. The first
///    ``free`` bytes are not drawn: an event or two at a time cost nothing but an addition.
public final class ByteAccount {
    /// Bytes that are not drawn from the pool.
    static let free = 4 << 10
    /// Bytes drawn at a time.
    static let step = 16 << 10

    private let terms: Terms
    /// Bytes that may be kept.
    public var limit: Int { didSet { look() } }
    /// Bytes that are kept.
    public private(set) var used = 0
    /// Of ``used``, those of input that is not whole.
    private var unfinished = 0
    /// Steps drawn from the pool.
    private var steps: Int32 = 0
    private var wasFull = false
    /// Hears of the limit; owns the account, and lets go of it with ``close()``.
    private var owner: (any ByteAccountOwner)?

    /// What the accounts of one event loop share.
    public final class Terms {
        let eventLoop: any EventLoop
        let pool: MemoryPool

        public init(eventLoop: any EventLoop, pool: MemoryPool) {
            self.eventLoop = eventLoop
            self.pool = pool
        }
    }

    public init(limit: Int, terms: Terms, owner: (any ByteAccountOwner)? = nil) {
        self.limit = limit
        self.terms = terms
        self.owner = owner
    }

    /// One that draws from nothing: for tests, and for what has no pool.
    public convenience init(limit: Int, eventLoop: any EventLoop, owner: (any ByteAccountOwner)? = nil) {
        self.init(limit: limit, terms: Terms(eventLoop: eventLoop, pool: MemoryPool()), owner: owner)
    }

    deinit { drawNothing() }

    /// Whether nothing more should be taken from the client or made for it; until a quarter is free again.
    public var isFull: Bool { wasFull || used >= limit }

    /// Bytes until the limit.
    public var room: Int { max(0, limit - used) }

    /// Takes bytes that are given back when the lease goes.
    public func lease(_ count: Int) -> ByteLease { ByteLease(count, of: self) }

    /// Keeps bytes: pair it with ``release(_:)``. A ``ByteLease``, an ``AccountedQueue`` or an ``AccountedLevel`` do
    /// that by themselves.
    public func charge(_ count: Int) {
        used += count
        if used > Self.free || used >= limit { look() }
    }

    /// Gives back what was charged.
    public func release(_ count: Int) {
        used -= count
        assert(used >= 0, "more was given back than was taken")
        if wasFull || steps > 0 { look() }
    }

    /// Bytes of a message that is not whole yet, which count like others.
    func chargeUnfinished(_ count: Int) {
        unfinished += count
        if count > 0 { charge(count) } else { release(-count) }
        if unfinished >= limit, count > 0 { owner?.accountIsFullOfInput(self) }
    }

    /// Has this owner from now on, in place of the one before or of none.
    public func open(for owner: any ByteAccountOwner) {
        self.owner = owner
        look()
    }

    /// Lets go of the owner, and gives back everything to the pool, whoever still keeps bytes.
    public func close() {
        owner = nil
        drawNothing()
    }

    /// The pool wants room.
    func giveUp() { owner?.accountMustGo(self) }

    /// After any change: draws, and tells the owner.
    private func look() {
        draw()
        if !wasFull, used >= limit {
            wasFull = true
            owner?.accountBecameFull(self)
        } else if wasFull, used <= limit - limit / 4 || (used == unfinished && used < limit) {
            wasFull = false
            owner?.accountHasRoom(self)
        }
    }

    private func draw() {
        guard owner != nil else { return }
        let over = used - Self.free
        let wanted = over <= 0 ? 0 : Int32(clamping: (over + Self.step - 1) / Self.step)
        // A step more than is needed is kept, so that who goes up and down at a border does not ask each time.
        guard wanted > steps || wanted + 1 < steps || (wanted == 0 && steps > 0) else { return }
        setSteps(wanted)
    }

    private func drawNothing() { if steps > 0 { setSteps(0) } }

    private func setSteps(_ wanted: Int32) {
        let before = steps
        steps = wanted
        terms.pool.set(
            ObjectIdentifier(self), to: Int(wanted) * Self.step, from: Int(before) * Self.step,
            of: MemoryPool.AnyLoopsAccount(account: self, eventLoop: terms.eventLoop))
    }
}

@available(*, unavailable)
extension ByteAccount: Sendable {}

@available(*, unavailable)
extension ByteAccount.Terms: Sendable {}

/// Decides what happens at the limit of a ``ByteAccount``. Called on its event loop, from within whatever charged or
/// released: to be noted, or acted on without calling back.
public protocol ByteAccountOwner: AnyObject {
    /// The limit is reached: nothing more is to be read from the client.
    func accountBecameFull(_ account: ByteAccount)
    /// A quarter is free again.
    func accountHasRoom(_ account: ByteAccount)
    /// Input that is not whole fills it alone: it will never be whole.
    func accountIsFullOfInput(_ account: ByteAccount)
    /// All connections together keep too much, and this one the most.
    func accountMustGo(_ account: ByteAccount)
}
