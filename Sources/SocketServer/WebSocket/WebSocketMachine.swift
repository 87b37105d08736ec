import NIOCore

/// Where one WebSocket is in its life (RFC 6455 section 7), and whether it is read from: what happens goes in, what is
/// to be done comes out, in order. ``WebSocketConnection`` does it.
///
/// 1. Whoever sends its close frame first waits for the other's; then the server closes the connection.
/// 2. After a violation, and once both close frames are through, nothing more is read: our side closes behind what is
///    unsent, so that the last frame is not overtaken by a reset, and the rest follows at the close timeout.
/// 3. The user hears of the end once, whatever ends it.
struct WebSocketMachine {
    typealias Holds = WebSocketConnection.Holds

    enum State: Equatable {
        case open
        /// Our close frame is out, the peer's is awaited.
        case closing
        /// Both are through, or the peer broke the protocol; input is dropped.
        case finished
    }

    enum Action: Equatable {
        /// Queue this behind what waits; it does not count against the limit for slow clients.
        case write(ByteBuffer)
        /// Drop what the channel does not have yet.
        case dropOutput
        /// Drop what was read and not dealt with.
        case dropInput
        /// Close our side once everything is sent.
        case endOutputWhenSent
        case flush
        /// Wait one close timeout for the peer.
        case armDeadline
        case disarmDeadline
        /// In a later turn of the loop see whether reading goes on.
        case goOnLater
        case closeChannel
        /// Tell the user, who hears nothing more.
        case end(WebSocketCloseReason)
    }

    /// How often the end is put off for a peer that may still take last words.
    static let patienceForLastWords: UInt8 = 4

    private(set) var state = State.open
    /// Why nothing is read.
    private(set) var holds: Holds = []
    /// It is in a channel.
    private var isAttached = false
    /// The channel asked to read while it was held.
    private var readIsPending = false
    /// The user was told of the end.
    private var hasEnded = false
    private var patience: UInt8 = 0

    var isOpen: Bool { state == .open && isAttached }

    mutating func attach() { isAttached = true }

    // MARK: The end

    mutating func close(_ code: WebSocketCloseCode?) -> [Action] {
        guard isOpen else { return [] }
        state = .closing
        // The peer's close frame has to be read, whatever held it back.
        holds.subtract(.users)
        return [.write(WebSocketFrame.close(code)), .flush, .armDeadline, .goOnLater] + end(.local)
    }

    mutating func closeDropping(lastWords: ByteBuffer, _ code: WebSocketCloseCode?) -> [Action] {
        guard isOpen else { return [] }
        patience = Self.patienceForLastWords
        return [.dropOutput, .write(lastWords)] + finish(sending: WebSocketFrame.close(code)) + end(.local)
    }

    mutating func abort() -> [Action] {
        state = .finished
        return [.dropOutput] + dropInput() + [.closeChannel] + end(.local)
    }

    mutating func fail(_ violation: WebSocketViolation) -> [Action] {
        guard state != .finished else { return [] }
        let frame = state == .open ? WebSocketFrame.close(violation.closeCode) : nil
        return finish(sending: frame) + end(.violation(violation))
    }

    /// The peer's close frame came.
    mutating func peerCloses(_ code: WebSocketCloseCode?) -> [Action] {
        guard state != .finished else { return [] }
        return finish(sending: state == .closing ? nil : WebSocketFrame.close(code)) + end(.peer(code))
    }

    /// - Parameter isUnsent: whether something was written that the peer has not taken.
    mutating func deadlineReached(isUnsent: Bool) -> [Action] {
        guard patience > 0, isUnsent else { return [.closeChannel] }
        patience -= 1
        return [.armDeadline]
    }

    /// The channel is closed.
    mutating func channelClosed() -> [Action] {
        state = .finished
        return dropInput() + [.dropOutput, .disarmDeadline] + end(.disconnected)
    }

    /// It has left its channel.
    mutating func detach() -> [Action] {
        defer { isAttached = false }
        return channelClosed()
    }

    private mutating func finish(sending frame: ByteBuffer?) -> [Action] {
        guard isAttached else { return [] }
        state = .finished
        let last: [Action] = if let frame { [.write(frame)] } else { [] }
        return last + [.endOutputWhenSent, .armDeadline] + dropInput() + [.flush]
    }

    /// Nothing more is wanted of what came and comes: it is read to the end, and dropped.
    private mutating func dropInput() -> [Action] {
        holds.subtract(.users)
        return [.dropInput, .goOnLater]
    }

    private mutating func end(_ reason: WebSocketCloseReason) -> [Action] {
        guard !hasEnded else { return [] }
        hasEnded = true
        return [.end(reason)]
    }

    // MARK: Reading

    /// The channel asks to read.
    ///
    /// - Returns: whether it may; otherwise it is to, once nothing holds it back: see ``takePendingRead()``.
    mutating func asksToRead() -> Bool {
        if !holds.isEmpty { readIsPending = true }
        return holds.isEmpty
    }

    /// Whether what was read may be dealt with, and more be read.
    var mayGoOn: Bool { holds.isEmpty && isAttached }

    mutating func takePendingRead() -> Bool {
        guard mayGoOn, readIsPending else { return false }
        readIsPending = false
        return true
    }

    /// - Returns: whether it is to be seen, in a later turn of the loop, if reading goes on.
    mutating func setHeld(_ isHeld: Bool, for reason: Holds) -> Bool {
        guard isHeld != holds.contains(reason), state != .finished else { return false }
        if isHeld { holds.insert(reason) } else { holds.remove(reason) }
        return !isHeld
    }

    /// - Returns: whether it has to queue for its turn; not where it waits already.
    mutating func waitInLane() -> Bool { holds.insert(.lane).inserted }

    mutating func laneTurn() { holds.remove(.lane) }

    /// The channel closes, and what was kept of it is dealt with at once.
    mutating func releaseAll() { holds = [] }
}
